"""Sphinx extension: each term of the glossary says which lectures define or use it.

A lecture counts that links the term by ``{term}`name` ``.
"""

import re

from docutils import nodes
from sphinx import addnodes

GLOSSARY = "book/glossary"
LECTURE = re.compile(r"lectures/(\d\d)_")


def spelling(term):
    """The form in which Sphinx compares terms."""
    return re.sub(r"\s+", " ", term).strip().lower()


def linked_terms(env):
    """{document: terms that it links}, kept from build to build."""
    if not hasattr(env, "course_terms"):
        env.course_terms = {}
    return env.course_terms


def collect(app, doctree):
    name = app.env.docname
    if LECTURE.match(name):
        linked_terms(app.env)[name] = {
            spelling(node["reftarget"])
            for node in doctree.findall(addnodes.pending_xref)
            if node.get("reftype") == "term"
        }


def forget(app, env, docname):
    linked_terms(env).pop(docname, None)


def merge(app, env, docnames, other):
    read = linked_terms(other)
    linked_terms(env).update({name: read[name] for name in docnames if name in read})


def write_again(app, env):
    """The glossary is written anew when a lecture was read anew."""
    return [GLOSSARY] if linked_terms(env) and GLOSSARY in env.found_docs else []


def add_lectures(app, doctree, docname):
    if docname != GLOSSARY:
        return
    known = sorted(linked_terms(app.env).items())
    for item in doctree.findall(nodes.definition_list_item):
        terms = {spelling(node.astext()) for node in item.findall(nodes.term)}
        places = [name for name, linked in known if terms & linked]
        definition = next(iter(item.findall(nodes.definition)), None)
        if places and definition is not None:
            definition.append(line(app.builder, places))


def line(builder, places):
    """Lecture 03, 08: with a link on each number."""
    paragraph = nodes.paragraph("", "Lecture ", classes=["where"])
    for index, name in enumerate(places):
        if index:
            paragraph += nodes.Text(", ")
        address = builder.get_relative_uri(GLOSSARY, name)
        number = LECTURE.match(name)[1]
        paragraph += nodes.reference("", number, refuri=address, internal=True)
    return paragraph


def setup(app):
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", add_lectures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

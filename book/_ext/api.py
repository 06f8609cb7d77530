"""Sphinx extension: `.. api:: dlcourse.nn` documents everything public in a module.

What is public is what `__all__` names. It is grouped by the file in which it is defined, under that
file's name and first sentence, so that a page follows the package without being edited.
"""

import importlib
import inspect

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles


def public_names(module):
    """What `__all__` names; where there is none, what the module itself defines."""
    if hasattr(module, "__all__"):
        return module.__all__
    return [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__
    ]


def public_objects(module):
    """{defining module: [(name, object), ...]} of a module's public functions and classes."""
    groups = {}
    for name in sorted(public_names(module), key=str.lower):
        thing = getattr(module, name)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            home = thing.__module__ if thing.__module__.startswith("dlcourse") else module.__name__
            groups.setdefault(home, []).append((name, thing))
    return dict(sorted(groups.items()))


def first_sentence(module):
    return (inspect.getdoc(module) or "").split("\n\n")[0].replace("\n", " ")


def entry(name, thing):
    if not inspect.isclass(thing):
        return [f".. autofunction:: {name}", ""]
    return [f".. autoclass:: {name}", "   :members:", ""]


def head(module_name):
    """The RST for the module's own docstring."""
    return [f".. automodule:: {module_name}", "   :no-members:", "", *current(module_name)]


def current(module_name):
    return [f".. currentmodule:: {module_name}", ""]


def body(module_name, members):
    """The RST for some members of a module: a table of them, then each."""
    lines = current(module_name)
    if len(members) > 1:
        lines += [".. autosummary::", "   :nosignatures:", ""]
        lines += [*(f"   {name}" for name, _ in members), ""]
    return lines + [line for name, thing in members for line in entry(name, thing)]


class Api(SphinxDirective):
    required_arguments = 1

    def parse(self, lines, into):
        source = StringList(lines, source=self.arguments[0])
        nested_parse_with_titles(self.state, source, into)

    def run(self):
        name = self.arguments[0]
        groups = public_objects(importlib.import_module(name))
        holder = nodes.section()
        holder.document = self.state.document
        self.parse(head(name), holder)
        for home, members in groups.items():
            place = holder
            if len(groups) > 1:
                title = home.rpartition(".")[2].replace("_", " ").capitalize()
                # Several pages have a section "linear": the id carries the module's name.
                place = nodes.section(ids=[nodes.make_id(f"{name} {title}")])
                place += nodes.title(title, title)
                holder += place
            if home != name and len(groups) > 1:
                lead = first_sentence(importlib.import_module(home))
                self.parse([lead.replace("|", r"\|"), ""], place)
            self.parse(body(name, members), place)
        return holder.children


def setup(app):
    app.add_directive("api", Api)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""Sphinx extension: what the theme's HTML leaves out for readers who cannot see the page."""

import functools

from bs4 import BeautifulSoup

# docutils calls the bibliography a list whose children are no list items.
REPLACEMENTS = (('<div role="list" class="citation-list">', '<div class="citation-list">'),)


def name_toggles(generate, *args, **options):
    """The sidebar's tree, in which each button that unfolds a branch says what it unfolds."""
    made = generate(*args, **options)
    tree = made if hasattr(made, "find_all") else BeautifulSoup(str(made), "html.parser")
    for summary in tree.find_all("summary"):
        link = summary.find_parent("li").find("a")
        summary["aria-label"] = f"Pages of {link.get_text(strip=True)}"
    return tree


def improve(app, pagename, templatename, context, doctree):
    if "generate_toctree_html" in context:
        original = context["generate_toctree_html"]
        context["generate_toctree_html"] = functools.partial(name_toggles, original)
    for wrong, right in REPLACEMENTS:
        context["body"] = context.get("body", "").replace(wrong, right)


def setup(app):
    app.connect("html-page-context", improve, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

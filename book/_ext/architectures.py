"""Sphinx extension: `.. architectures::` is a table of all models, then each family in full."""

import importlib
import re

from docutils import nodes
from docutils.statemachine import StringList
from measurements import table
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

from dlcourse import models


def as_rst():
    """The RST of the table, whose names lead to the constructors, and of the families."""
    entries = [models.find(name) for name in models.list()]
    made = models.table()
    places = [f":func:`{e.name} <{e.build.__module__}.{e.build.__name__}>`" for e in entries]
    rows = [(place, *row[1:]) for place, row in zip(places, made.rows, strict=True)]
    lines = table(made.head, rows)
    for family in sorted({entry.family for entry in entries}):
        title = title_of(importlib.import_module(f"dlcourse.models.{family}"))
        lines += [title, "-" * len(title), "", f".. api:: dlcourse.models.{family}", ""]
    return lines


def title_of(module):
    """What a file's first sentence is about: its words up to the first colon, comma or bracket."""
    return re.split(r"\s*[:,;.(]", module.__doc__.strip(), maxsplit=1)[0]


class Architectures(SphinxDirective):
    def run(self):
        holder = nodes.section()
        holder.document = self.state.document
        nested_parse_with_titles(self.state, StringList(as_rst(), source="dlcourse.models"), holder)
        return holder.children


def setup(app):
    app.add_directive("architectures", Architectures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

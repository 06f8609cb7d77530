"""A table that reads as text in a terminal and as HTML in a notebook."""

import dataclasses
import html


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of strings below a head. right: the columns whose cells end at one edge, as numbers do.

    notes: lines below the table.

    >>> Table(("layer", "weights"), [("conv", "432"), ("linear", "10")], right={1})
    layer   weights
    ------  -------
    conv        432
    linear       10
    """

    head: tuple
    rows: list
    right: frozenset = frozenset()
    notes: tuple = ()

    def __str__(self):
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        rule = ["-" * width for width in widths]
        lines = [self._line(cells, widths) for cells in (self.head, rule, *self.rows)]
        return "\n".join([*lines, *(["", *self.notes] if self.notes else [])])

    def _line(self, cells, widths):
        return "  ".join(
            cell.rjust(width) if i in self.right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()

    __repr__ = __str__

    def _repr_html_(self):
        head = "".join(self._cell("th scope='col'", i, c) for i, c in enumerate(self.head))
        rows = ("".join(self._cell("td", i, c) for i, c in enumerate(cells)) for cells in self.rows)
        body = "".join(f"<tr>{cells}</tr>" for cells in rows)
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"

    def _cell(self, tag, column, text):
        align = "right" if column in self.right else "left"
        name = tag.split()[0]
        return f"<{tag} style='text-align: {align}'>{html.escape(text)}</{name}>"

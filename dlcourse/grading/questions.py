"""A homework's notebook, seen as questions: each with its heading, its points and its cells."""

import re

from nbgrader.utils import compute_checksum

_HEADING = re.compile(r"^#+\s+(.*?)(?:\s*\([^()]*points?[^()]*\))?\s*$", re.MULTILINE)


def questions(nb, pending=()):
    """The graded parts of a notebook in order, each with its heading, points and cells.

    pending: the names of the cells that wait for a person's marks. Cells of the student's own
    belong to a question where they ended in an error.
    """
    found, title = [], ""
    for cell in nb.cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not meta.get("solution"):
            title = next(iter(_HEADING.findall(cell.source)), title)
            continue
        error = any(out.output_type == "error" for out in cell.get("outputs", []))
        if not (meta.get("grade") or meta.get("solution") or error):
            continue
        if not found or found[-1]["title"] != title:
            found.append({"title": title, "score": 0.0, "points": 0.0, "pending": 0.0, "cells": []})
        entry = found[-1]
        entry["cells"].append(cell)
        if meta.get("grade"):
            entry["score"] += meta.get("score") or 0.0
            entry["points"] += meta.get("points") or 0.0
            if meta["grade_id"] in pending:
                entry["pending"] += meta.get("points") or 0.0
                cell.metadata["dlcourse_pending"] = True
    return found


def is_blank(cell):
    """Tell whether an answer is still what was handed out: its checksum is the release's."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("solution")) and meta.get("checksum") == compute_checksum(cell)


def is_changed(cell):
    """Tell whether a locked cell is no longer what was handed out."""
    meta = cell.metadata.get("nbgrader", {})
    locked = not meta.get("solution") and (meta.get("grade") or meta.get("locked"))
    return bool(locked and "checksum" in meta and meta["checksum"] != compute_checksum(cell))

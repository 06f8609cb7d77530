"""Sphinx extension: a line under each executed page saying when and on what it ran."""

import platform
from datetime import UTC, datetime
from importlib import metadata

from docutils import nodes

PACKAGES = (("NumPy", "numpy"), ("PyTorch", "torch"))


def versions():
    """dlcourse, Python and the libraries that compute, each with its version."""
    from dlcourse import __version__

    found = [f"dlcourse {__version__}", f"Python {platform.python_version()}"]
    for name, package in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return found


def describe(run):
    """The sentence for one run: `run` is what MyST-NB keeps of it (mtime, runtime in seconds)."""
    when = datetime.fromtimestamp(run["mtime"], tz=UTC)
    day = f"{when.day} {when:%B %Y, %H:%M} UTC"
    seconds = run.get("runtime")
    took = "" if seconds is None else f", in {max(1, round(seconds))} s"
    *most, last = versions()
    return f"This page last ran on {day}{took}, with {', '.join(most)} and {last}."


def add_record(app, doctree):
    run = app.env.metadata[app.env.docname].get("exec_data")
    run = run or getattr(app.env, "nb_metadata", {}).get(app.env.docname, {}).get("exec_data")
    if not run or not run.get("succeeded"):
        return
    line = nodes.paragraph("", describe(run), classes=["page-record"])
    sections = [node for node in doctree.children if isinstance(node, nodes.section)]
    (sections[-1] if sections else doctree).append(line)


def setup(app):
    app.connect("doctree-read", add_record)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

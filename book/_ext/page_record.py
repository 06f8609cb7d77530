"""Sphinx extension: when each page ran, how long, and on what.

Each executed page ends with the line that says so, and `run-times` is the table of all of them.
"""

import platform
from datetime import UTC, datetime
from importlib import metadata

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

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


def day_of(run):
    when = datetime.fromtimestamp(run["mtime"], tz=UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def seconds_of(run):
    """How long a run took, in words; empty where that was not kept."""
    seconds = run.get("runtime")
    return "" if seconds is None else f"{max(1, round(seconds))} s"


def describe(run):
    """The sentence for one run: `run` is what MyST-NB keeps of it (mtime, runtime in seconds)."""
    took = seconds_of(run)
    *most, last = versions()
    return (
        f"This page last ran on {day_of(run)}{took and f', in {took}'}, with "
        f"{', '.join(most)} and {last}."
    )


def run_of(env, name):
    """What MyST-NB keeps of a document's run, or None where it has not run or has failed."""
    run = env.metadata[name].get("exec_data")
    run = run or getattr(env, "nb_metadata", {}).get(name, {}).get("exec_data")
    return run if run and run.get("succeeded") else None


def add_record(app, doctree):
    run = run_of(app.env, app.env.docname)
    if not run:
        return
    line = nodes.paragraph("", describe(run), classes=["page-record"])
    sections = [node for node in doctree.children if isinstance(node, nodes.section)]
    (sections[-1] if sections else doctree).append(line)


class run_times(nodes.General, nodes.Element):
    """Stands where the table will be, which is known when all pages have been read."""


class RunTimes(SphinxDirective):
    def run(self):
        self.env.course_run_times = self.env.docname
        return [run_times()]


def write_again(app, env):
    return [env.course_run_times] if hasattr(env, "course_run_times") else []


def fill_in(app, doctree, docname):
    env = app.env
    for place in list(doctree.findall(run_times)):
        rows = []
        for name in sorted(env.found_docs):
            run = run_of(env, name)
            if run:
                address = app.builder.get_relative_uri(docname, name)
                title = nodes.reference("", env.titles[name].astext(), refuri=address)
                title["internal"] = True
                rows.append((title, nodes.Text(seconds_of(run)), nodes.Text(day_of(run))))
        place.replace_self(as_table(("Page", "It took", "Last run"), rows))


def as_table(head, rows):
    """A docutils table; head: strings, rows: inline nodes."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", as_row([nodes.Text(cell) for cell in head]))
    group += nodes.tbody("", *map(as_row, rows))
    return nodes.table("", group, classes=["colwidths-auto"])


def as_row(cells):
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app):
    app.add_node(run_times)
    app.add_directive("run-times", RunTimes)
    app.connect("doctree-read", add_record)
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", fill_in)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

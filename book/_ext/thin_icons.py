"""Sphinx extension: of the theme's two thousand icons, only those that the site shows.

The theme brings all of Font Awesome as one script of 1.5 MB, a third of what a page weighs. After a
build this writes the script anew with the icons whose names stand in the site's pages and scripts.
"""

import re
from pathlib import Path

import pydata_sphinx_theme

SOURCE = Path(pydata_sphinx_theme.__file__).parent.joinpath(
    "theme", "pydata_sphinx_theme", "static", "scripts", "fontawesome.js"
)
# name:[width,height,[aliases],"unicode",path],
ICON = re.compile(
    r'(?:"([\w-]+)"|([A-Za-z_$][\w$]*|\d+)):'
    r'\[\d+,\d+,\[([^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?'
)
USED = re.compile(r"\bfa-([a-z0-9-]+)")


def names_used(site):
    """The icons that a built site asks for, by the names that it gives them."""
    found = set()
    for path in [*site.rglob("*.html"), *site.rglob("*.js")]:
        if path.name != SOURCE.name:
            found.update(USED.findall(path.read_text(encoding="utf-8", errors="ignore")))
    return found


def thin(script, used):
    """The script without the icons that have neither their name nor an alias in `used`."""

    def keep(match):
        aliases = re.findall(r'"([\w-]+)"', match[3])
        return match[0] if used.intersection([match[1] or match[2], *aliases]) else ""

    return ICON.sub(keep, script)


def write(app, exception):
    target = Path(app.outdir) / "_static" / "scripts" / SOURCE.name
    if exception is None and target.exists():
        script = thin(SOURCE.read_text(encoding="utf-8"), names_used(Path(app.outdir)))
        target.write_text(script, encoding="utf-8")


def setup(app):
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

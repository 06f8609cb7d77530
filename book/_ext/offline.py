"""Sphinx extension: MathJax from the site itself, and a front door at the site's root."""

import shutil
from importlib import metadata
from pathlib import Path

PACKAGE = "sphinx-mathjax-offline"
PARTS = ("tex-chtml-full.js", "output/chtml/fonts/woff-v2")

FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}">
<link rel="canonical" href="{page}">
</head>
<body><main><p><a href="{page}">{title}</a></p></main></body>
</html>
"""


def mathjax_folder():
    """Where the package keeps MathJax's files (its folder is no importable name)."""
    for file in metadata.files(PACKAGE) or ():
        if file.name == PARTS[0]:
            return Path(file.locate()).parent
    raise FileNotFoundError(f"{PACKAGE} is installed without {PARTS[0]}: reinstall it")


def copy_mathjax(app):
    if app.builder.format != "html":
        return
    source = mathjax_folder()
    target = Path(app.outdir) / "_static" / "vendor" / "mathjax"
    for part in PARTS:
        here, there = source / part, target / part
        there.parent.mkdir(parents=True, exist_ok=True)
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        else:
            shutil.copy2(here, there)


def write_front_door(app, exception):
    if exception is None and app.builder.format == "html":
        page = app.builder.get_target_uri(app.config.root_doc)
        text = FRONT_DOOR.format(title=app.config.html_title, page=page)
        (Path(app.outdir) / "index.html").write_text(text, encoding="utf-8")


def setup(app):
    # Jupyter Book sets this for sphinx_comments, which is left out.
    app.add_config_value("comments_config", {}, "html")
    app.connect("builder-inited", copy_mathjax)
    app.connect("build-finished", write_front_door)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

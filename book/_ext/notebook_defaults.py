"""Sphinx extension: what a stripped notebook leaves unsaid.

Notebooks are committed without machine metadata. The theme shows its launch buttons, and MyST-NB
colours code that is not executed, only where the metadata name a kernel and a language.
"""

import json

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}


def fill_in(app, docname, source):
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    given = notebook.setdefault("metadata", {})
    given.setdefault("kernelspec", KERNEL)
    given["language_info"] = {**LANGUAGE, **given.get("language_info", {})}
    source[0] = json.dumps(notebook, ensure_ascii=False)


def setup(app):
    app.connect("source-read", fill_in)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

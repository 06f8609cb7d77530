"""Sphinx extension: docstrings as they are written here, plain text with `code`, made into RST.

A docstring is read in a terminal more often than on the site, so it is not written in RST. Two
things in it would mean something there that they do not mean here: a bar (|w| is a substitution)
and an asterisk between spaces or brackets (the opening of an emphasis). Code between fences, as in
Markdown, becomes a code block.
"""

import re

CODE = re.compile(r"(``.+?``|`.+?`)")
LONE_STAR = re.compile(r"(?<![\w*\\])\*(?![*\s]*\*)|(?<!\\)\*(?=[\s),.\]])")


def escape(text):
    """One line of prose, with what RST would misread escaped; code between backticks stays."""
    parts = CODE.split(text)
    for index in range(0, len(parts), 2):
        parts[index] = LONE_STAR.sub(r"\\*", parts[index].replace("|", r"\|"))
    return "".join(parts)


def rst_lines(lines):
    """The lines of a docstring as RST."""
    result, fenced, in_example = [], False, False
    for line in lines:
        if line.lstrip().startswith("```"):
            fenced = not fenced
            result += [f".. code-block:: {line.strip(' `') or 'text'}", ""] if fenced else [""]
            continue
        if fenced:
            result.append(f"   {line}")
            continue
        in_example = line.lstrip().startswith(">>>") or (in_example and bool(line.strip()))
        result.append(line if in_example else escape(line))
    return result


def to_rst(app, what, name, obj, options, lines):
    lines[:] = rst_lines(lines)


def setup(app):
    app.connect("autodoc-process-docstring", to_rst)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""`dlcourse pack`: the file to hand in, and what is still missing in it.

A zip file with the notebook alone, made from an allow-list: sources, the names that nbgrader needs,
and pictures. Outputs stay at home, they are made again when the homework is graded. The same
notebook gives the same bytes.
"""

import ast
import base64
import io
import os
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import nbformat

from dlcourse.grading import check, course, handed_out
from dlcourse.grading.questions import is_blank, is_changed
from dlcourse.grading.restore import cell_name

LARGEST = 5_000_000  # bytes of one picture
_METADATA = ("deletable", "editable", "nbgrader", "tags")
_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)>\s]+)>?[^)]*\)")


def add_arguments(parser):
    parser.add_argument("homework", help="which homework, as hw1, or the path of a notebook")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="the file to make (default: hw1.zip, here)"
    )


def run(args):
    try:
        path = check.find(args.homework)
        packed = pack(path)
        output = args.output or Path(f"{packed.homework}.zip")
        if output.suffix != ".zip":
            raise course.CourseError(f"{output} must end in .zip: that is what is handed in")
        _write(output, packed.data)
    except course.CourseError as error:
        print(f"dlcourse pack: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"dlcourse pack: cannot write {output}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"packed {path.name} into {output} ({len(packed.data) / 1000:.0f} kB)")
    for note in packed.notes:
        print(f"  note: {note}")
    if packed.missing:
        print("Still missing:")
        for line in packed.missing:
            print(f"  - {line}")
        print("You can hand it in like this, or complete it and pack again.")
    else:
        print(f"Nothing is missing. `dlcourse check {args.homework}` runs the visible tests.")
    return 0


@dataclass(frozen=True)
class Packed:
    """A file to hand in. data: the zip file. missing, notes: what the student should know."""

    homework: str
    data: bytes
    missing: tuple
    notes: tuple


def pack(path):
    """Pack the homework in a notebook; CourseError for a file that is none."""
    path = Path(path)
    nb = check.read(path)
    homework = handed_out.homework_of(path)
    clean, notes = cleaned(nb, path.parent)
    missing = tuple(unfinished(nb)) + tuple(
        f"{name}: the cell is gone. It is put back, empty, before grading"
        for name in handed_out.missing_cells(nb, homework, path.parent)
    )
    notes = (*_about_the_file(path, homework), *notes)
    return Packed(homework, archive(clean, homework), missing, notes)


def unfinished(nb):
    """What is not answered in a homework, a line each."""
    for cell in nb.cells:
        name = cell_name(cell)
        if name is None:
            continue
        if is_changed(cell):
            yield f"{name}: this locked cell is changed. It is put back before grading"
        if not cell.metadata.nbgrader.get("solution"):
            continue
        if is_blank(cell) or not cell.source.strip():
            yield f"{name}: not answered"
        elif cell.cell_type == "markdown":
            if "YOUR ANSWER HERE" in cell.source:
                yield f"{name}: `YOUR ANSWER HERE` still stands in the answer"
        elif problem := _problem(cell.source):
            yield f"{name}: {problem}"


def _problem(source):
    """Why code that was written is not an answer yet; None where it may be one."""
    plain = re.sub(r"^\s*[%!].*$", "pass", source, flags=re.MULTILINE)
    try:
        tree = ast.parse(plain)
    except SyntaxError as error:
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node):
            return f"`raise NotImplementedError` is still in line {node.lineno}"
    return None


def cleaned(nb, folder):
    """A notebook with what is handed in and nothing else, and notes on what was left out.

    folder: where the pictures lie that its text shows. They travel in the notebook.
    """
    clean, notes = nbformat.v4.new_notebook(), []
    clean.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    makers = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    for number, cell in enumerate(nb.cells):
        kept = {key: cell.metadata[key] for key in _METADATA if key in cell.metadata}
        name = str(cell.get("id", ""))
        if not _ID.fullmatch(name) or name in {other.id for other in clean.cells}:
            name = f"cell-{number}"
        new = makers[cell.cell_type](cell.source, id=name, metadata=kept)
        if cell.cell_type == "markdown":
            new.source, attachments, lost = _with_pictures(cell, Path(folder))
            if attachments:
                new.attachments = attachments
            notes += lost
        clean.cells.append(new)
    return clean, notes


def _with_pictures(cell, folder):
    """A Markdown cell's text, its pictures as attachments, and notes on those left out."""
    attachments, lost = {}, []
    for name, data in sorted(cell.get("attachments", {}).items()):
        kept = {kind: data[kind] for kind in data if kind in _KINDS.values()}
        if kept:
            attachments[name] = kept
        else:
            lost.append(f"the picture {name} is left out: only PNG and JPEG are handed in")

    def embed(match):
        target = unquote(match.group(2))
        if re.match(r"(https?:|data:|attachment:|#)", target):
            return match.group()
        problem = _embedded(folder, target, attachments)
        if problem:
            lost.append(f"the picture {target} is left out: {problem}")
            return match.group()
        return f"![{match.group(1)}](attachment:{_name(target)})"

    return _PICTURE.sub(embed, cell.source), attachments, lost


def _embedded(folder, target, attachments):
    """Put a picture file among the attachments; return why not, or None."""
    path = (folder / target).resolve()
    kind = _KINDS.get(path.suffix.lower())
    if not path.is_relative_to(folder.resolve()):
        return "it lies outside the homework's folder"
    if kind is None:
        return "only PNG and JPEG are handed in"
    if not path.is_file():
        return "there is no such file"
    if path.stat().st_size > LARGEST:
        return f"it is larger than {LARGEST / 1e6:g} MB"
    attachments[_name(target)] = {kind: base64.b64encode(path.read_bytes()).decode("ascii")}
    return None


def _name(target):
    """A picture's path as the name of an attachment: Markdown's links have no spaces."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", target)


def archive(notebook, homework):
    """A zip file with the notebook as HOMEWORK/HOMEWORK.ipynb: same notebook, same bytes."""
    text = nbformat.writes(notebook).rstrip("\n") + "\n"
    info = zipfile.ZipInfo(f"{homework}/{homework}.ipynb", date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
    info.external_attr = 0o100644 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(info, text.encode())
    return out.getvalue()


def _about_the_file(path, homework):
    """What is odd about the file that was packed: its name, its age, its neighbours."""
    if path.name != f"{homework}.ipynb":
        yield f"{path.name} is handed in under its right name, {homework}.ipynb"
    saved = path.stat().st_mtime
    checkpoint = path.parent / ".ipynb_checkpoints" / f"{path.stem}-checkpoint.ipynb"
    if checkpoint.is_file() and checkpoint.stat().st_mtime > saved + 2:
        yield "JupyterLab has a newer copy than the file: save the notebook and pack again"
    for other in sorted(path.parent.glob("*.ipynb")):
        newer = other != path and other.stat().st_mtime > saved
        if newer and handed_out.homework_of(other) == homework:
            yield f"{other.name} lies beside it and is newer: is that the one to hand in?"


def _write(path, data):
    """Write a file at once: what was there stays whole until it is replaced."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)

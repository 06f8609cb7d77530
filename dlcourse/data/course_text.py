"""The course's own text: what its modules and lectures say, as a corpus for a language model."""

import ast
import collections
import functools
import json
import re
from pathlib import Path

import numpy as np

import dlcourse
from dlcourse.data.dataset import Entry
from dlcourse.data.options import whole_number, yes_or_no
from dlcourse.data.sequence_set import SequenceSet, windows

PACKAGE = Path(dlcourse.__file__).resolve().parent
# What stands in the place of a character that is too rare to be learned.
RARE = "�"
HELD_OUT = 10


def load_course_text(length=None, rarest=20, lectures=True):
    """The course's own text, character by character: docstrings, lectures and pages.

    length: characters of a window; None for one long row.
    rarest: how often a character occurs at least; rarer ones all become "�".
    lectures: whether the text of lectures and of the website's pages belongs to it, where they are
    there: they come with the repository, not with the installed package.

    x: (N,) int64, the characters, or (N, length) with a length.
    y: (N,) or (N, length) int64, the character that follows each.
    vocabulary: the characters, in Unicode's order.
    Every tenth document (module, lecture or page, ordered by name) is held out: x_train is the text
    of the others, x_test that of these.
    info["documents"]: the names of all documents, those for training first.
    info["unigram_entropy"]: in nats, what is left to guess for a model that only knows how often
    each character occurs. A model that knows anything of order has a lower cross-entropy.

    The same files give the same text on every machine; a new version of the course has a new one.
    Source: dlcourse itself.
    """
    length = None if length is None else whole_number("length", length, 1)
    rarest = whole_number("rarest", rarest, 1)
    documents = _documents(PACKAGE, yes_or_no("lectures", lectures))
    held_out = documents[HELD_OUT - 1 :: HELD_OUT]
    kept = [document for document in documents if document not in held_out]
    texts = ["\n\n".join(text for _, text in part) + "\n" for part in (kept, held_out)]
    counts = collections.Counter("".join(texts))
    common = {character for character, n in counts.items() if n >= rarest}
    rare = {RARE} if len(common) < len(counts) else set()
    vocabulary = tuple(sorted(common | rare))
    token = collections.defaultdict(lambda: vocabulary.index(RARE))
    token.update((character, i) for i, character in enumerate(vocabulary))
    train, test = (windows(np.array([token[c] for c in text], np.int64), length) for text in texts)
    return SequenceSet(
        name="course_text",
        x=np.concatenate([train[0], test[0]]),
        y=np.concatenate([train[1], test[1]]),
        vocabulary=vocabulary,
        classes=vocabulary,
        n_train=len(train[0]),
        info={
            "documents": tuple(name for name, _ in (*kept, *held_out)),
            "unigram_entropy": _entropy(np.concatenate([train[1], test[1]])),
        },
    )


@functools.lru_cache(maxsize=2)
def _documents(package, lectures):
    """(name, text) of all that has text, ordered by name."""
    root = package.parent
    found = dict.fromkeys(package.rglob("*.py"), _docstrings)
    # Only in the repository does the package lie beside its project file.
    if lectures and (root / "pyproject.toml").is_file():
        found |= dict.fromkeys((root / "lectures").glob("*.ipynb"), _markdown_cells)
        pages = (*(root / "book").glob("*.md"), root / "README.md", root / "CONTRIBUTING.md")
        found |= {path: _plain for path in pages if path.is_file()}
    named = ((path.relative_to(root).as_posix(), path, read) for path, read in found.items())
    documents = ((name, read(path).strip()) for name, path, read in sorted(named))
    return [(name, text) for name, text in documents if text]


def _docstrings(path):
    """The docstrings of a module, its own first, the others in their order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = sorted(
        (node for node in ast.walk(tree) if isinstance(node, kinds)),
        key=lambda node: getattr(node, "lineno", 0),
    )
    return "\n\n".join(filter(None, (ast.get_docstring(node) for node in nodes)))


def _markdown_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return "\n\n".join(map(_without_markup, texts))


def _plain(path):
    return _without_markup(path.read_text(encoding="utf-8"))


def _without_markup(text):
    """Markdown without its tags of HTML and without pictures, which are no language."""
    text = re.sub(r"<[^<>]*>", "", text)
    return re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text).strip()


def _entropy(tokens):
    share = np.bincount(tokens.ravel()) / tokens.size
    return float(-(share[share > 0] * np.log(share[share > 0])).sum())


ENTRIES = (Entry("course_text", load_course_text, "(N,)", "comes with the course"),)

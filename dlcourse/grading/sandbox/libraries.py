"""Which files of the Python environment a zone sees: those of the allowed libraries, no others."""

import functools
import importlib.metadata
import importlib.util
import re
import sys
from pathlib import Path

# The kernel itself. Everything that it needs comes with it, by the packages' own metadata.
KERNEL = ("ipykernel",)

_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class UnknownLibrary(ValueError):
    """A name that is neither a distribution nor a package of this environment."""


@functools.cache
def find(libraries, hidden=()):
    """The files and folders of the environment to show, sorted.

    libraries, hidden: as in Policy, as tuples.
    """
    whole = [name for name in libraries if "." not in name]
    shown = set()
    for name in _with_requirements((*KERNEL, *whole)):
        shown.update(_entries(name))
    parts = [name for name in libraries if "." in name]
    for name in whole:
        # Of an editable installation the environment has the metadata alone.
        if all(path.suffix == ".dist-info" for path in _entries(name)):
            parts.append(name)
    for name in parts:
        shown.update(_part(name))
    return _without(shown, hidden)


def folders(shown):
    """The folders that belong on the zone's search path, in order of this process's own."""
    known = {Path(entry).resolve(): None for entry in sys.path if entry}
    needed = {_folder(path, known) for path in shown}
    return [*(path for path in known if path in needed), *sorted(needed - set(known))]


def place(shown, root):
    """Where a zone has them: path on this machine to path in the zone, and its search path.

    The environment may lie anywhere here, below a home or /tmp too, which a zone has of its own;
    there, each folder of the search path is a numbered one below `root`.
    """
    here = folders(shown)
    there = {folder: Path(root, str(number)) for number, folder in enumerate(here)}
    placed = {}
    for path in shown:
        folder = _folder(path, there)
        placed[path] = there[folder] / path.relative_to(folder)
    return placed, list(there.values())


def _folder(path, known):
    return next((parent for parent in path.parents if parent in known), path.parent)


def _with_requirements(names):
    """The distributions of these names and all that they require, by canonical name."""
    found, waiting = set(), [_canonical(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name not in found and (distribution := _distribution(name)) is not None:
            found.add(name)
            waiting += map(_canonical, _requirements(distribution))
    return sorted(found)


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@functools.cache
def _distribution(name):
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _requirements(distribution):
    """Names that a distribution requires without an extra; one too many does no harm."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    # Line by line: the parser for mail that importlib.metadata uses takes a hundred times as long.
    for line in text.partition("\n\n")[0].splitlines():
        if line.startswith("Requires-Dist:"):
            requirement, _, marker = line.removeprefix("Requires-Dist:").strip().partition(";")
            if "extra" not in marker:
                yield _REQUIREMENT.match(requirement)[0]


@functools.cache
def _entries(name):
    """What lies of a distribution directly in its folder of the search path."""
    distribution = _distribution(_canonical(name))
    if distribution is None:
        return ()
    record = distribution.read_text("RECORD") or distribution.read_text("installed-files.txt")
    folder = Path(distribution.locate_file("")).resolve()
    if record is None:
        tops = (distribution.read_text("top_level.txt") or name.replace("-", "_")).split()
    else:
        tops = {line.lstrip('"').split("/")[0].split(",")[0] for line in record.splitlines()}
    # Neither scripts (`..`) nor what an editable installation points to: that is a source tree.
    kept = {top for top in tops if top not in ("", "..", "__pycache__") and top[-4:] != ".pth"}
    candidates = [folder / top for top in sorted(kept)]
    candidates += [folder / f"{top}.py" for top in sorted(kept)] if record is None else []
    return tuple(path for path in candidates if path.exists())


def _part(name):
    """The files of a package or of one part of it, with the `__init__.py` of all above it."""
    first, *rest = name.split(".")
    spec = importlib.util.find_spec(first)
    if spec is None:
        raise UnknownLibrary(
            f"the library {name!r} is not in this environment: install it for the grader, or take "
            "it off the homework's list"
        )
    if not spec.submodule_search_locations:
        return [Path(spec.origin).resolve()]
    folder = Path(next(iter(spec.submodule_search_locations))).resolve()
    if not rest:
        return [folder]
    shown = []
    for each in rest:
        shown += [folder / "__init__.py"] if (folder / "__init__.py").is_file() else []
        package, module = folder / each, folder / f"{each}.py"
        folder = package
        if not package.is_dir() and not module.is_file():
            raise UnknownLibrary(
                f"the library {name!r} has no part {each!r}: name one that is there"
            )
    return [
        *shown,
        *needed_beside(spec.name, folder.parent),
        package if package.is_dir() else module,
    ]


def needed_beside(package, folder):
    """Modules that a package's own `__init__.py` imports at once: without them no part imports."""
    init = folder / "__init__.py"
    if not init.is_file():
        return []
    names = re.findall(rf"^from {re.escape(package)}\.(\w+) import", init.read_text("utf-8"), re.M)
    return [path for name in names if (path := folder / f"{name}.py").is_file()]


def _without(shown, hidden):
    """Replace every folder that holds something hidden by what else it holds."""
    closed = set()
    for name in hidden:
        first, *rest = name.split(".")
        spec = importlib.util.find_spec(first)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            base = Path(place).resolve().joinpath(*rest)
            closed |= {base, base.with_name(f"{base.name}.py")}
    around = {parent for path in closed if path.exists() for parent in path.parents}
    result, waiting = set(), list(shown)
    while waiting:
        path = waiting.pop()
        if path in closed or not closed.isdisjoint(path.parents):
            continue
        if path in around:
            waiting += [child for child in path.iterdir() if child.name != "__pycache__"]
        else:
            result.add(path)
    return tuple(sorted(result))

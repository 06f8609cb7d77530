"""`dlcourse data`: list, fetch and verify the data sets."""

import sys

from dlcourse.data.folder import data_folder
from dlcourse.data.registry import find, names


def add_arguments(parser):
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    actions.add_parser("list", help="name, shape, where it comes from, whether it is there")
    fetch = actions.add_parser("fetch", help="download a data set, or what is damaged of it")
    fetch.add_argument("name", metavar="NAME")
    verify = actions.add_parser("verify", help="check the files of one data set, or of all")
    verify.add_argument("name", metavar="NAME", nargs="?")


def run(args):
    """Carry out one action; return the exit code: 0 done, 1 not done, one line on stderr."""
    try:
        if args.action == "list":
            lines = _table()
        elif args.action == "fetch":
            lines = [_fetch(args.name)]
        else:
            lines = _verify(args.name)
    except (OSError, ValueError, ImportError) as error:
        print(f"dlcourse data {args.action}: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def _table():
    rows = [("NAME", "X", "FROM", "HERE")]
    for name in names():
        entry = find(name)
        rows.append((name, entry.shape, entry.source, "yes" if entry.present() else "no"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows]
    return [*lines, "", f"Downloads go to {data_folder()} (set DLCOURSE_DATA to change it)."]


def _fetch(name):
    entry = find(name)
    if entry.fetch is None:
        return f"{name} {entry.source}: there is nothing to fetch"
    return entry.fetch()


def _verify(name):
    """One line a set. Without a name, a set that is not there is said and is no fault."""
    lines = []
    for each in [name] if name else names():
        entry = find(each)
        if not name and not entry.present():
            lines.append(f"{each}: not here; {entry.source}")
        elif entry.verify is not None:
            lines.append(entry.verify())
        else:
            lines.append(f"{each}: loads as {entry.load()!r}")
    return lines

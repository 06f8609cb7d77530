"""The `dlcourse` command: one subcommand a module, imported when it is called."""

import argparse
import importlib
import importlib.util
import sys

from dlcourse.version import __version__

# name -> (module, what it does); the module has add_arguments(parser) and run(args) -> exit code
COMMANDS = {
    "doctor": ("dlcourse.doctor", "print what a bug report needs and what is missing"),
    "data": ("dlcourse.data.command", "list, fetch and verify the data sets"),
    "check": ("dlcourse.grading.check", "run a homework's visible tests from a fresh start"),
    "pack": ("dlcourse.grading.pack", "make the file to hand in, and say what is missing"),
    "assignments": ("dlcourse.grading.assignments", "make the student's homework from solutions/"),
    "handout": ("dlcourse.grading.handout", "make the students' repository"),
    "audit": ("dlcourse.grading.audit", "look for answers and hidden tests in what goes out"),
    "rehearse": ("dlcourse.grading.rehearse", "grade the bank of known wrong and right answers"),
    "grade": ("dlcourse.grading.command", "grade the submissions of a homework"),
}


def main(argv=None):
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        return _run(argv)
    except KeyboardInterrupt:  # also while a command is still being imported
        print("\ndlcourse: stopped", file=sys.stderr)
        return 130


def _run(argv):
    parser = argparse.ArgumentParser(prog="dlcourse", description=__doc__.split(":")[0])
    parser.add_argument("--version", action="version", version=f"dlcourse {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (module, help_text) in COMMANDS.items():
        if importlib.util.find_spec(module) is None:
            continue  # the students' copy has no grading
        sub = subparsers.add_parser(name, help=help_text, description=help_text)
        if argv[:1] == [name]:
            loaded = importlib.import_module(module)
            loaded.add_arguments(sub)
            sub.set_defaults(run=loaded.run)
    args = parser.parse_args(argv)
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())

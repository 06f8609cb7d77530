"""Write constraints.txt: the exact version of every package that a set-up installs.

`make constraints` runs it after pyproject.toml has changed. pip works out the whole set afresh and
installs nothing; versions that are already in the file stay, unless `--upgrade` is given.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from create_environment import EXTRAS, ROOT, SetUpError
from pip_errors import what_to_do

HEADER = """\
# The tested set: what `make setup` installs. Written by `make constraints`; not edited by hand.
"""


def resolve(constraints, pip_args):
    """Ask pip which versions a fresh environment would get; return {name: version}."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
        command += ["--quiet", "--disable-pip-version-check", "--report", str(report)]
        command += ["--constraint", str(constraints)] if constraints else []
        command += ["--editable", f".[{EXTRAS}]", *pip_args]
        result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        if result.returncode:
            version = ".".join(map(str, sys.version_info[:2]))
            raise SetUpError(what_to_do(result.stderr, version))
        found = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    return {package["name"]: package["version"] for package in found}


def as_constraints(packages):
    """Format {name: version} as the lines of a constraints file.

    A local part (the `+cpu` of `2.13.0+cpu`) names one build of a release: it is left out, since
    the same release has to be found on a machine with another build.

    >>> print(as_constraints({"torch": "2.13.0+cpu", "NumPy": "2.4.6", "dlcourse": "0.1.0"}))
    numpy==2.4.6
    torch==2.13.0
    """
    names = {name.lower().replace("_", "-").replace(".", "-"): name for name in packages}
    lines = [
        f"{canonical}=={packages[name].split('+')[0]}"
        for canonical, name in sorted(names.items())
        if canonical != "dlcourse"
    ]
    return "\n".join(lines)


def main(argv=None):
    parser = argparse.ArgumentParser(description="Write constraints.txt anew.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest of everything")
    parser.add_argument("pip_args", nargs="*", metavar="-- PIP_ARG", help="passed on to pip")
    args = parser.parse_args(argv)
    path = ROOT / "constraints.txt"
    try:
        packages = resolve(None if args.upgrade else path, args.pip_args)
    except SetUpError as error:
        print(f"constraints.txt is unchanged: {error}", file=sys.stderr)
        return 1
    before = path.read_text() if path.exists() else ""
    after = HEADER + as_constraints(packages) + "\n"
    if after != before:
        path.write_text(after)
    changed = set(after.splitlines()) ^ set(before.splitlines())
    print(f"constraints.txt: {len(packages) - 1} packages, {len(changed)} lines changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

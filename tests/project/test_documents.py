"""Every command and every file that README and CONTRIBUTING show exists."""

import argparse
import importlib
import re
import shlex

import pytest

from dlcourse import cli

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
PAGES = ("book/instructor.md", "book/student.md")


@pytest.fixture(params=DOCUMENTS)
def text(request, root):
    return (root / request.param).read_text()


def code_in(text):
    """What stands in fenced blocks and between backticks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join(blocks) + "\n" + "\n".join(re.findall(r"`([^`\n]+)`", rest))


def test_make_targets_exist(root, text):
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    shown = set(re.findall(r"\bmake ([a-z][a-z-]*)", code_in(text)))
    assert shown
    assert shown <= targets


def test_variables_given_to_make_exist(root, text):
    makefile = (root / "Makefile").read_text()
    for name in re.findall(r"\bmake [a-z-]+ ([A-Z_]+)=", code_in(text)):
        assert f"$({name})" in makefile or f"{name}," in makefile, name


@pytest.mark.parametrize("name", DOCUMENTS + PAGES)
def test_subcommands_exist_and_take_what_is_shown(root, name):
    text = code_in((root / name).read_text(encoding="utf-8"))
    shown = re.findall(r"^(?:\$ )?(?:\S*/)?dlcourse ([a-z].*)$", text, re.MULTILINE)
    assert shown
    for line in shown:
        command, *arguments = shlex.split(line, comments=True)
        assert command in cli.COMMANDS, line
        if not arguments:
            continue  # the command by its name
        parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
        parser.add_argument("--help", action="store_true")
        importlib.import_module(cli.COMMANDS[command][0]).add_arguments(parser)
        if "--help" not in arguments:
            parser.parse_args(arguments)


def test_files_linked_to_exist(root, text):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"", text)
    local = {a or b for a, b in links if not (a or b).startswith(("http://", "https://", "mailto"))}
    assert local
    missing = [name for name in local if not (root / name).exists()]
    assert not missing


def test_folders_named_exist(root, text):
    named = set(re.findall(r"`((?:\.?[\w-]+/)+)`", text))
    wanted = {name for name in named if "hwN" not in name}
    missing = sorted(name for name in wanted if not (root / name).is_dir())
    assert not missing


def test_the_two_commands_come_first(root):
    readme = (root / "README.md").read_text()
    assert readme.index("make book") < readme.index("## ")
    assert readme.index("make test") < readme.index("## ")
    order = [
        readme.index(f"\n## {name}") for name in ("Student", "Instructor", "Reader", "Contrib")
    ]
    assert order == sorted(order)


def test_the_first_cell_for_notebooks_runs(root):
    contributing = (root / "CONTRIBUTING.md").read_text()
    cell = re.search(r"```python\n(try:\n.*?)```", contributing, re.DOTALL).group(1)
    assert len(cell.splitlines()) <= 15
    names = {}
    exec(compile(cell.replace("dlcourse.set_up", "str"), "first cell", "exec"), names)
    assert names["dlcourse"] is importlib.import_module("dlcourse")
    without = cell.replace("import dlcourse", "import dlcourse_that_is_not_there")
    with pytest.raises(ImportError, match="pip install") as error:
        exec(compile(without, "first cell", "exec"), {})
    assert "\n" not in str(error.value)

"""A zone sees its own submission, Python and the allowed libraries; it can change none of them."""

import os
from pathlib import Path

import pytest

import dlcourse
from dlcourse.grading.sandbox import identity


def test_the_submission_is_there_and_can_be_changed(talk):
    code = """
    import os
    print(os.getcwd(), open("notes.txt").read(), open("sub/deep.txt").read())
    open("notes.txt", "w").write("changed"); print(open("notes.txt").read())
    """
    assert talk.run(code)[1] == "/home/student/work my own file deeper\nchanged\n"


def test_the_students_own_copy_is_not_the_one_on_the_graders_disk(talk, secret):
    talk.run("open('notes.txt', 'w').write('changed')")
    assert (secret / "submitted/mallory/hw1/notes.txt").read_text() == "my own file"


@pytest.mark.parametrize(
    "path",
    [
        "../../other/hw1/hw1.ipynb",
        "../../../grades/gradebook.db",
        "escape",
        "out/grades/gradebook.db",
        "out/solutions/hw1.ipynb",
        "{course}/grades/gradebook.db",
        "/proc/1/root/{course}/grades/gradebook.db",
        "/proc/1/cwd/grades/gradebook.db",
        "/etc/shadow",
        "/proc/kcore",
    ],
)
def test_no_file_of_anybody_elses_can_be_read(talk, secret, path):
    path = path.format(course=secret)
    status, text, ename = talk.run(f"print(open({path!r}, 'rb').read(1000))")
    assert (status, text) == ("error", "")
    assert ename in ("FileNotFoundError", "PermissionError")


def test_the_first_process_tells_nothing_of_the_graders_environment(talk):
    status, text, ename = talk.run("print(open('/proc/1/environ', 'rb').read())")
    assert (status, text, ename) in (("error", "", "PermissionError"), ("ok", "b''\n", None))


def test_the_whole_tree_holds_no_secret(talk, secret):
    """Every file name that can be reached, against the names that must not be."""
    code = """
    import os
    names = []
    for folder, folders, files in os.walk("/"):
        if folder.startswith(("/proc", "/usr", "/sys")):
            folders.clear(); continue
        names += [os.path.join(folder, name) for name in folders + files]
    print([name for name in names if name.endswith((".ipynb", ".db", ".git", ".ssh"))])
    print(sorted({name.split("/")[1] for name in names}))
    """
    _, text, _ = talk.run(code)
    documents, tops = text.splitlines()
    # Notebooks that libraries bring with them, if any, lie in the environment.
    assert str(secret) not in documents
    assert "gradebook" not in documents
    assert "hw1" not in documents
    assert "'sys'" not in tops


@pytest.mark.parametrize("part", ["nn", "optim", "models", "training", "grading"])
def test_the_answers_are_not_there(talk, part):
    assert talk.run(f"import dlcourse.{part}")[2] == "ModuleNotFoundError"
    folder = Path(dlcourse.__file__).parent / part
    assert talk.run(f"import os; os.listdir({str(folder)!r})")[2] == "FileNotFoundError"


def test_the_rest_of_the_repository_is_not_there(talk, root):
    code = f"import os; print(os.path.exists({str(root)!r}))"
    assert talk.run(code)[1] == "False\n"
    code = "import dlcourse; print(sorted(os.listdir(os.path.dirname(dlcourse.__file__))))"
    _, text, _ = talk.run(code)
    expected = {
        "__init__.py",
        "data",
        "grad_mode.py",
        "notebook.py",
        "random.py",
        "version.py",
        "viz",
    }
    assert set(eval(text)) == expected


def test_the_allowed_part_of_the_course_works(talk):
    code = "import dlcourse; from dlcourse.data import toys; print(dlcourse.__version__)"
    assert talk.run(code)[1].strip() == dlcourse.__version__


@pytest.mark.parametrize("library", ["torch", "sklearn", "nbgrader", "pytest"])
def test_a_library_that_is_not_allowed_is_not_there(talk, library):
    assert talk.run(f"import {library}")[2] == "ModuleNotFoundError"


@pytest.mark.parametrize(
    "folder",
    [
        "/",
        "/usr/bin",
        "/dev",
        "/proc",
        "/zone",
        "/zone/submission",
        "/zone/exchange",
        "/etc",
        "/home",
    ],
)
def test_nothing_can_be_written_outside_home(talk, folder):
    if folder == "/home" and not identity.is_root():
        pytest.skip("it belongs to the zone's user, and lies in the same bounded memory as home")
    status, _, ename = talk.run(f"open({folder + '/x'!r}, 'w')")
    assert status == "error"
    assert ename in ("OSError", "PermissionError", "FileNotFoundError")


def test_the_python_environment_cannot_be_changed(talk):
    code = """
    import os, json as module
    for path in (module.__file__, os.__file__, "/zone/start.py"):
        for flags in (os.O_WRONLY, os.O_RDWR | os.O_APPEND):
            try:
                os.open(path, flags); print("opened", path)
            except OSError as error:
                print(type(error).__name__)
    """
    opened = talk.run(code)[1]
    assert "opened" not in opened
    assert len(opened.splitlines()) == 6


def test_no_process_of_the_machine_is_seen(talk):
    code = "import os; print(sorted(map(int, filter(str.isdigit, os.listdir('/proc')))))"
    processes = eval(talk.run(code)[1])
    assert len(processes) <= 4
    assert max(processes) < os.getpid() or max(processes) < 100


def test_a_file_named_as_a_library_reaches_its_own_zone_alone(talk, begin, tmp_path):
    files = tmp_path / "hw1"
    files.mkdir()
    for name in ("numpy", "random", "sitecustomize", "ipykernel"):
        (files / f"{name}.py").write_text(f"raise RuntimeError('not {name}')")
    own = begin(files=files, libraries=("numpy",))
    assert own.run("import numpy")[2] == "RuntimeError"
    assert own.run("import random; print(random.__file__.startswith('/home'))")[1] == "False\n"
    assert talk.run("import numpy; print(numpy.ones(2).sum())")[1] == "2.0\n"
    import numpy

    assert numpy.ones(2).sum() == 2


def test_special_files_of_a_submission_stay_behind(talk):
    assert talk.run("import os; print(os.path.lexists('pipe'), os.path.islink('escape'))")[1] == (
        "False True\n"
    )

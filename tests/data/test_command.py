"""`dlcourse data`: what it prints, where, and its exit codes."""

import importlib.util

import pytest

from dlcourse import data
from dlcourse.cli import main

NEEDS_FILES = ("mnist", "fashion_mnist", "cifar10", "cifar100", "cifar10_jpeg")


def test_list_has_a_line_for_each_set_and_says_what_is_there(folder, capsys):
    assert main(["data", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NAME", "X", "FROM", "HERE"]
    here = {line.split()[0]: line.split()[-1] for line in lines[1:-2]}
    assert here == {name: "no" if name in NEEDS_FILES else "yes" for name in data.names()}
    assert str(folder) in lines[-1]


@pytest.mark.parametrize(
    "name", [n for n in data.names() if n not in (*NEEDS_FILES, "course_text")]
)
def test_list_tells_the_true_shape(name, capsys):
    main(["data", "list"])
    lines = capsys.readouterr().out.splitlines()
    line = next(line for line in lines if line.startswith(f"{name} "))
    assert str(data.load(name).x.shape) in line


@pytest.mark.usefixtures("small_mnist")
def test_verify_of_good_files(capsys):
    assert main(["data", "verify", "mnist"]) == 0
    assert "4 files" in capsys.readouterr().out
    assert main(["data", "verify"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(data.names())


def test_verify_of_a_damaged_file_fails_in_one_line(small_mnist, capsys):
    (small_mnist / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    for command in (["data", "verify"], ["data", "verify", "mnist"]):
        assert main(command) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        assert "t10k-labels-idx1-ubyte.gz is damaged" in err
        assert "dlcourse data fetch mnist" in err


@pytest.mark.usefixtures("folder")
def test_verify_of_a_missing_set_fails_only_when_it_is_named(capsys):
    assert main(["data", "verify"]) == 0
    assert "mnist: not here" in capsys.readouterr().out
    assert main(["data", "verify", "mnist"]) == 1
    assert "train-images-idx3-ubyte is missing" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_without_scikit_learn_digits_are_not_there(monkeypatch, capsys):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "sklearn" else real(name)
    )
    assert main(["data", "list"]) == 0
    digits = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("digits"))
    assert digits.endswith("no")
    assert main(["data", "verify"]) == 0
    assert "digits: not here; comes with scikit-learn" in capsys.readouterr().out


def test_fetch_of_a_set_that_needs_none(capsys):
    assert main(["data", "fetch", "digits"]) == 0
    assert "nothing to fetch" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["fetch", "verify"])
def test_an_unknown_name_fails_in_one_line(action, capsys):
    assert main(["data", action, "mnits"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "did you mean 'mnist'?" in err


@pytest.mark.parametrize("arguments", [[], ["fetch"], ["drop"]])
def test_a_wrong_call_prints_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["data", *arguments])
    assert stopped.value.code == 2
    assert "usage: dlcourse data" in capsys.readouterr().err

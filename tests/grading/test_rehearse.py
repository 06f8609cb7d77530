"""The rehearsal: how variants travel together, and what it says of a bank with holes."""

import csv
import shutil
from pathlib import Path

import pytest

from dlcourse.cli import main
from dlcourse.grading import assignments, bank, course, rehearsal, rehearse
from dlcourse.grading.bank import Variant
from dlcourse.grading.rehearsal import Finding

ROOT = Path(__file__).parents[2]

BANK = {
    "twice/wrong_square.py": '"""Squared."""\n\n\ndef twice(x):\n    return x**2\n',
    # Nothing asks for more than 628318: full marks for a wrong answer.
    "twice/wrong_missed.py": '"""Cut off."""\n\n\ndef twice(x):\n    return min(2 * x, 10**9)\n',
    "twice/right_sum.py": '"""Added."""\n\n\ndef twice(x):\n    return x + x\n',
    "root/right_power.py": '"""A power."""\n\n\ndef root(x):\n    return x**0.5\n',
    "root/right_accused.py": '"""The other root."""\n\n\ndef root(x):\n    return -(x**0.5)\n',
    "root/wrong_half.py": '"""Half."""\n\n\ndef root(x):\n    return x / 4\n',
}


def write_bank(root, entries):
    for name, text in entries.items():
        path = root / "tests" / "banks" / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def released(small_course, tmp_path_factory):
    root = small_course.make(tmp_path_factory.mktemp("released"))
    assignments.update(root, "small")
    return root


@pytest.fixture
def small_root(released, tmp_path):
    return shutil.copytree(released, tmp_path / "course")


def test_a_bank_with_holes(small_root, monkeypatch, capsys):
    write_bank(small_root, BANK)
    monkeypatch.chdir(small_root)
    assert main(["rehearse", "small", "--csv", "matrix.csv"]) == 1
    said = capsys.readouterr().out
    with open("matrix.csv", newline="", encoding="utf-8") as file:
        rows = {row["variant"]: row for row in csv.DictReader(file)}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "solution": "passed",
        "blank": "no points",
        "right_sum": "passed",
        "wrong_square": "caught",
        "wrong_missed": "MISSED",
        "right_power": "passed",
        "right_accused": "ACCUSED",
        "wrong_half": "caught",
    }
    # Points of twice-small (1), twice-negative (2), root-four (2).
    lost = {name: (float(row["lost"]), float(row["points"])) for name, row in rows.items()}
    assert lost["solution"] == (0, 5)
    assert lost["blank"] == (5, 5)
    assert lost["wrong_square"] == (3, 3)
    assert lost["right_accused"] == lost["wrong_half"] == (2, 2)
    assert "2 of 3 wrong answers caught, 2 of 3 right ones passed" in said
    assert "the solution has 5 of 5 points, a blank homework 0" in said
    line = next(line for line in said.split("\n") if "wrong_square" in line)
    assert line.split() == ["twice", "wrong_square", "caught", "3", "of", "3", "small,", "negative"]
    assert not (small_root / "grades").exists()


@pytest.mark.slow
def test_a_bank_without_holes_and_one_question(small_root, monkeypatch, capsys):
    write_bank(small_root, {k: v for k, v in BANK.items() if k.startswith("twice/")})
    (small_root / "tests" / "banks" / "small" / "twice" / "wrong_missed.py").unlink()
    monkeypatch.chdir(small_root)
    assert main(["rehearse", "small", "--question", "twice"]) == 0
    assert "1 of 1 wrong answers caught, 1 of 1 right ones passed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["small"], "no variants in"),
        (["large"], "no homework 'large'"),
        (["small", "--csv", "nowhere/m.csv"], "no folder nowhere for m.csv"),
    ],
)
def test_what_is_missing_is_said_in_a_line(small_root, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(small_root)
    assert main(["rehearse", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_bank_of_an_unknown_question(small_root):
    write_bank(small_root, {"thrice/wrong_a.py": '"""A."""\n'})
    with pytest.raises(course.CourseError, match="no such question: thrice"):
        rehearsal.rehearse(small_root, "small")


def hw1():
    solution = course.read_notebook(course.solution_path(ROOT, "hw1"))
    answers = bank.model_answers(solution)
    variants = bank.load(ROOT / "tests" / "banks" / "hw1")
    return variants, rehearsal.conflicts(solution, answers, variants)


def test_variants_of_hw1_travel_together():
    """Who calls whom in hw1, by hand: a variant never meets one that it calls."""
    variants, near = hw1()
    for a, b in [
        ("softmax", "cross_entropy_gradient"),
        ("perceptron_update", "perceptron_train"),
        ("linear", "network"),
        ("network", "train_network"),
        ("relu", "train_network"),  # through the network
    ]:
        assert frozenset((a, b)) in near
    for a, b in [("softmax", "linear"), ("activations", "network"), ("relu", "perceptron_train")]:
        assert frozenset((a, b)) not in near
    loads = rehearsal.plan(variants, near)
    assert sorted(map(str, variants)) == sorted(str(v) for load in loads for v in load)
    for load in loads:
        asked = [variant.question for variant in load]
        assert len(set(asked)) == len(asked)
        assert not any(frozenset((a, b)) in near for a in asked for b in asked if a != b)
    # Four questions hang together, each with each: no plan needs fewer than their variants.
    knot = ("softmax", "cross_entropy", "network", "train_network")
    assert all(frozenset((a, b)) in near for a in knot for b in knot if a != b)
    assert len(loads) == sum(variant.question in knot for variant in variants)


def test_helpers_of_the_same_name_keep_variants_apart(small_course):
    solution = small_course.notebook()
    answers = bank.model_answers(solution)
    helper = "def helper(x):\n    return x\n"
    variants = [Variant(q, "wrong_a", "", helper) for q in ("twice", "root")]
    assert rehearsal.conflicts(solution, answers, variants) == {frozenset(("twice", "root"))}
    assert len(rehearsal.plan(variants, {frozenset(("twice", "root"))})) == 2
    apart = [variants[0], Variant("root", "wrong_b", "", "def other(x):\n    return x\n")]
    assert rehearsal.conflicts(solution, answers, apart) == set()


def test_a_submission_that_was_not_graded_is_named():
    crashed = Finding("q", "wrong_exit", False, 4.0, 4.0, ("q-a",), "crashed")
    assert crashed.expected
    line = rehearse.matrix([crashed]).split("\n")[-1]
    assert line.split() == ["q", "wrong_exit", "caught", "4", "of", "4", "crashed"]

"""`dlcourse check`: the visible tests after a fresh start, and nbgrader's Validate beside it."""

import io
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.validator import Validator
from traitlets.config import Config

from dlcourse.cli import main
from dlcourse.grading import bank, check, course

ROOT = Path(__file__).parents[2]


def save(folder, notebook, name="small.ipynb"):
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / name)
    return folder / name


def states(report):
    return [question.state for question in report.questions]


def messages(report):
    return dict(pair for question in report.questions for pair in question.messages)


@pytest.fixture
def checked(answer, tmp_path):
    """A function: answers in, the report on them out."""

    def run(cell_seconds=5, **changes):
        return check.check(save(tmp_path, answer(**changes)), cell_seconds=cell_seconds)

    return run


def test_right_answers_pass(checked):
    report = checked()
    assert states(report) == [check.PASSED, check.PASSED, check.BY_HAND]
    assert report.passed
    assert messages(report) == {}
    assert report.warnings == ()
    assert "Visible tests passed in 2 of 2 questions." in check.text(report)
    assert "not your mark" in check.text(report)


def test_a_blank_homework_is_not_answered(checked):
    report = checked(twice=None, root=None, why=None)
    assert states(report) == [check.OPEN] * 3
    assert not report.passed


def test_a_wrong_answer_is_explained(checked):
    report = checked(twice="def twice(x):\n    return x**2")
    assert states(report) == [check.FAILED, check.PASSED, check.BY_HAND]
    assert "twice(3) is 1.5 times too large" in messages(report)["twice-small"]
    assert "2 of 2 visible tests failed" in check.text(report)


def test_a_missing_written_answer_is_said(checked):
    report = checked(why=None)
    assert states(report)[-1] == check.OPEN
    assert not report.passed


def test_an_endless_loop_costs_its_own_question(checked):
    report = checked(cell_seconds=2, twice="def twice(x):\n    while True:\n        pass")
    assert states(report) == [check.FAILED, check.PASSED, check.BY_HAND]
    assert "Did not end in 2 seconds" in messages(report)["twice-small"]


def test_a_dead_kernel_is_said(checked):
    report = checked(root="import os\n\nos._exit(1)")
    assert states(report)[:2] == [check.PASSED, check.FAILED]
    assert messages(report)["root-four"] == "Did not run: the kernel died in root."
    assert "the run ended early: the kernel died in root" in report.warnings


@pytest.mark.slow
def test_a_loop_that_heeds_no_interrupt_ends_the_run(checked):
    stubborn = (
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except KeyboardInterrupt:\n        pass"
    )
    report = checked(cell_seconds=1, root=stubborn)
    assert states(report)[:2] == [check.PASSED, check.FAILED]
    assert "root did not end in 1 seconds and cannot be inter" in messages(report)["root-four"]


def test_the_whole_notebook_has_a_limit(answer, tmp_path):
    path = save(tmp_path, answer(twice="import time\n\ntime.sleep(2)"))
    report = check.check(path, cell_seconds=5, total_seconds=1)
    assert "as a whole took longer than 1 seconds" in messages(report)["root-four"]


def test_what_lived_on_old_state_is_named(answer, tmp_path):
    """An answer that calls a function whose cell is gone; it had passed when it was saved."""
    nb = answer(root="def root(x):\n    return helper(x)", twice="def double(x):\n    return 2 * x")
    for number, cell in enumerate(nb.cells, start=1):
        if cell.cell_type == "code":
            cell.execution_count = number
    report = check.check(save(tmp_path, nb))
    assert states(report)[:2] == [check.FAILED] * 2
    assert "no cell of the notebook defines 'twice'" in messages(report)["twice-small"]
    assert "no cell of the notebook defines 'helper'" in messages(report)["root-four"]
    (stale,) = (text for text in report.warnings if "when you saved" in text)
    assert "twice-small" in stale
    assert "root-four" in stale


def test_a_definition_below_its_test_is_named(answer, tmp_path):
    nb = answer(root="def other(x):\n    return x")
    nb.cells.append(nbformat.v4.new_code_cell("def root(x):\n    return x**0.5"))
    report = check.check(save(tmp_path, nb))
    assert "defined only further down" in messages(report)["root-four"]


def test_a_changed_test_counts_as_failed(answer, tmp_path):
    nb = answer(twice="def twice(x):\n    return 0")
    for cell in nb.cells:
        if cell.id.startswith("twice-"):
            cell.source = "print('passed')"
    report = check.check(save(tmp_path, nb))
    assert states(report)[0] == check.FAILED
    assert "not the one that was handed out" in messages(report)["twice-small"]


def test_a_warning_is_noted_and_costs_nothing(checked):
    report = checked(
        root="import warnings\n\n\ndef root(x):\n    warnings.warn('odd')\n    return x**0.5"
    )
    assert report.passed
    assert any("root-four writes to the error stream" in text for text in report.warnings)


def test_the_file_stays_as_it_is(answer, tmp_path):
    path = save(tmp_path, answer())
    before = path.read_bytes()
    check.check(path)
    assert path.read_bytes() == before


def test_the_instructors_copy_is_judged_by_its_visible_tests(small_course, tmp_path):
    folder = small_course.make(tmp_path)
    nb = course.read_notebook(folder / "solutions" / "small" / "small.ipynb")
    only_visible = bank.hand_in(nb, {"twice": "def twice(x):\n    return min(2 * x, 1000)"})
    report = check.check(save(tmp_path, only_visible))
    assert states(report)[0] == check.PASSED


def test_where_a_name_is_looked_for(answer, tmp_path):
    path = save(tmp_path / "assignments" / "small", answer())
    deep = tmp_path / "lectures"
    deep.mkdir()
    for start in (tmp_path, deep, path.parent):
        for name in ("small", "small.ipynb"):
            assert check.find(name, start) == path
    assert check.find("assignments/small/small.ipynb", tmp_path) == path
    with pytest.raises(course.CourseError, match="no notebook 'hw9' here"):
        check.find("hw9", tmp_path)
    with pytest.raises(course.CourseError, match="no notebook 'else/small'"):
        check.find("else/small", tmp_path)


def test_the_command(answer, tmp_path, monkeypatch, capsys):
    save(tmp_path, answer())
    monkeypatch.chdir(tmp_path)
    assert main(["check", "small"]) == 0
    assert "Question 1. Twice  visible tests passed" in capsys.readouterr().out
    assert main(["check", "large"]) == 2
    (tmp_path / "broken.ipynb").write_text("{")
    assert main(["check", "broken.ipynb"]) == 2
    save(tmp_path, nbformat.v4.new_notebook(), "empty.ipynb")
    assert main(["check", "empty.ipynb"]) == 2
    assert "copy your answers" in capsys.readouterr().err


def validated(path):
    """What nbgrader's stock Validate finds: the sources of the cells that fail or were changed."""
    config = Config()
    config.Execute.timeout = 15
    validator = Validator(config=config)
    validator.stream = io.StringIO()
    found = validator.validate(str(path))
    return {cell["source"] for kind in found.values() for cell in kind}


def same_as_validate(path):
    nb = course.read_notebook(path)
    report = check.check(path)
    lost = {name for question in report.questions for name, _ in question.messages}
    blank = {q.title for q in report.questions if q.state == check.OPEN}
    expected = set()
    for entry in check.questions(nb):
        for cell in entry["cells"]:
            meta = cell.metadata.nbgrader
            if meta.grade and (meta.grade_id in lost or entry["title"] in blank):
                expected.add(cell.source.strip())
    assert validated(path) == expected
    assert report.passed is (expected == set())
    return report


@pytest.mark.parametrize(
    "changes",
    [
        {},
        pytest.param({"twice": None, "root": None, "why": None}, marks=pytest.mark.slow),
        {"twice": "def twice(x):\n    return x**2"},
        pytest.param({"root": "def root(x)\n    return x"}, marks=pytest.mark.slow),
        {"twice": "def twice(x):\n    return twice", "why": None},
    ],
    ids=["right", "blank", "wrong", "syntax", "type"],
)
def test_validate_gives_the_same_verdict(answer, tmp_path, changes):
    same_as_validate(save(tmp_path, answer(**changes)))


@pytest.mark.slow
def test_validate_gives_the_same_verdict_on_hw1(tmp_path):
    """The solution, the blank homework, and wrong and right variants of all questions."""
    release = course.read_notebook(ROOT / "assignments" / "hw1" / "hw1.ipynb")
    answers = bank.model_answers(course.read_notebook(course.solution_path(ROOT, "hw1")))
    variants = [v for v in bank.load(ROOT / "tests" / "banks" / "hw1") if "endless" not in v.name]
    wrong = {v.question: v for v in variants if not v.right}.values()
    right = {v.question: v for v in variants if v.right}.values()
    submissions = [answers, {}, bank.with_variants(answers, right)]
    submissions += [bank.with_variants(answers, [variant]) for variant in wrong]
    reports = []
    for number, filled in enumerate(submissions):
        path = save(tmp_path / str(number), bank.hand_in(release, filled), "hw1.ipynb")
        reports.append(same_as_validate(path))
        shutil.rmtree(path.parent)
    assert [report.passed for report in reports[:3]] == [True, False, True]

"""The bank of hw1 against hw1's tests: every wrong answer loses points, every right one none.

The answers and the test cells run in this process, without nbgrader's pipeline, which the slow
test in test_pipeline.py goes through once more.
"""

import contextlib
import io
import signal
import warnings
from pathlib import Path

import matplotlib
import pytest

from dlcourse.grading import bank, course
from dlcourse.grading.checks import CheckFailed
from dlcourse.grading.restore import cell_name

ROOT = Path(__file__).parents[2]
SOLUTION = course.read_notebook(course.solution_path(ROOT, "hw1"))
RELEASE = course.read_notebook(ROOT / "assignments" / "hw1" / "hw1.ipynb")
VARIANTS = bank.load(ROOT / "tests" / "banks" / "hw1")
ANSWERS = bank.model_answers(SOLUTION)
CODE = [cell_name(c) for c in SOLUTION.cells if c.cell_type == "code" and cell_name(c)]
QUESTIONS = [name for name in CODE if name in ANSWERS]
HAS_ALARM = hasattr(signal, "SIGALRM")


@contextlib.contextmanager
def time_limit(seconds):
    """Interrupt an endless loop, as nbgrader's cell timeout does."""

    def interrupt(signum, frame):
        raise TimeoutError("out of time")

    if not HAS_ALARM:
        yield
        return
    old = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)


def failures(answers, question=None):
    """Run the notebook's code with these answers; the test cells that failed, with the reason.

    question: run the tests of this one alone. A warning on the error stream fails a test, because
    nbgrader takes it for a failure.
    """
    matplotlib.use("Agg")
    space, failed = {}, {}
    for cell in SOLUTION.cells:
        name = cell_name(cell)
        if cell.cell_type != "code" or name is None:
            continue
        is_test = cell.metadata.nbgrader.grade
        if is_test and question is not None and not name.startswith(f"{question}-"):
            continue
        source = answers.get(name, "") if cell.metadata.nbgrader.solution else cell.source
        with warnings.catch_warnings(record=True) as caught, time_limit(5):
            warnings.simplefilter("always")
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(source, name, "exec"), space)
            except Exception as error:
                failed[name] = error
                continue
        if is_test and caught:
            failed[name] = caught[0].message
    return failed


def test_the_solution_passes_all_tests():
    assert failures(ANSWERS) == {}


def test_a_blank_submission_fails_every_test():
    stubs = {cell_name(c): c.source for c in RELEASE.cells if c.metadata.get("nbgrader")}
    tests = {c.id for c in course.graded_cells(SOLUTION) if not c.by_hand}
    failed = failures({name: stubs[name] for name in QUESTIONS})
    assert set(failed) == tests
    # `set(failed)` holds no solution cell: a stub defines its function and raises when called.
    assert {type(error) for error in failed.values()} == {NotImplementedError}


def test_a_deleted_answer_fails_its_tests_by_a_name_error():
    for question in QUESTIONS:
        answers = {name: text for name, text in ANSWERS.items() if name != question}
        failed = failures(answers, question)
        tests = {c.id for c in course.graded_cells(SOLUTION) if c.question == question}
        assert set(failed) == tests, question
        assert {type(error) for error in failed.values()} == {NameError}, question


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_wrong_and_right_variants(question):
    mine = [v for v in VARIANTS if v.question == question]
    assert sum(not v.right for v in mine) >= 4
    assert sum(v.right for v in mine) >= 2


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: f"{v.question}-{v.name}")
def test_variant(variant):
    if "endless" in variant.name and not HAS_ALARM:
        pytest.skip("needs an alarm to end it")
    failed = failures(bank.with_variants(ANSWERS, [variant]), variant.question)
    if variant.right:
        assert failed == {}
    else:
        # Not by a warning alone: that costs marks in one kernel only, not in two zones.
        caught = [error for error in failed.values() if not isinstance(error, Warning)]
        assert caught, f"full marks for: {variant.about}"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("softmax-wrong_unstable", "numerically unstable"),
        ("softmax-wrong_axis", "runs down the columns"),
        ("softmax-wrong_in_place", "changed its argument scores in place"),
        ("cross_entropy-wrong_mean_missing", "sum over the batch: divide by N"),
        ("cross_entropy-wrong_base_ten", "base 10"),
        ("cross_entropy_gradient-wrong_mean_missing", "mean over the batch, so divide by N"),
        ("cross_entropy_gradient-wrong_sign", "wrong sign"),
        ("linear-wrong_weight_gradient_transposed", "transposed"),
        ("linear-wrong_bias_gradient_mean", "mean over the batch"),
        ("perceptron_update-wrong_never_starts", "undecided"),
        ("perceptron_predict-wrong_bias_forgotten", "bias"),
        ("activations-wrong_derivative_of_output", "z(1 - z)"),
        ("activations-wrong_sigmoid_twice", "twice"),
        ("relu-wrong_mask_from_gradient", "sign of z"),
        ("numerical_gradient-wrong_one_sided", "from one side"),
        ("numerical_gradient-wrong_all_at_once", "all entries moved at once"),
        ("network-wrong_relu_missing_in_backward", "a unit that is off"),
        ("train_network-wrong_weights_only", "biases"),
    ],
)
def test_the_message_names_the_misconception(name, words):
    question, _, variant_name = name.partition("-")
    variant = next(v for v in VARIANTS if (v.question, v.name) == (question, variant_name))
    failed = failures(bank.with_variants(ANSWERS, [variant]), question)
    messages = [str(error) for error in failed.values() if isinstance(error, CheckFailed)]
    assert any(words in message for message in messages), failed

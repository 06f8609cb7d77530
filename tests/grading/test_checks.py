"""The checks of test cells: what they accept, and what they say when they do not."""

import numpy as np
import pytest

from dlcourse.grading import checks
from dlcourse.grading.checks import CheckFailed

EXPECTED = np.array([[1.0, -2.0], [3.0, 4.0]])


def message(call, *args, **options):
    with pytest.raises(CheckFailed) as failed:
        call(*args, **options)
    return str(failed.value)


@pytest.mark.parametrize(
    "got", [EXPECTED, EXPECTED.tolist(), EXPECTED.astype(np.float32), EXPECTED + 1e-9]
)
def test_array_accepts_equal_values_of_any_plain_kind(got):
    checks.array(got, EXPECTED, "f(x)")


@pytest.mark.parametrize("got", [3, 3.0, np.float32(3), np.array(3)])
def test_array_accepts_numbers(got):
    checks.array(got, 3, "f(x)")


def test_a_tensor_is_an_array_unless_it_hangs_on_a_graph():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(EXPECTED)
    checks.array(tensor, EXPECTED, "f(x)")
    checks.array(tensor[0, 0], 1, "f(x)")
    assert "transposed" in message(checks.array, tensor.T, EXPECTED, "f(x)")
    assert "hangs on a graph" in message(checks.array, tensor.requires_grad_(), EXPECTED, "f(x)")


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "returned None"),
        ("text", "is a str"),
        (object(), "is an object"),
        ([[1.0], [2.0, 3.0]], "do not fit"),
        (EXPECTED * np.nan, "NaN"),
        (EXPECTED * np.inf, "infinity"),
        (EXPECTED[0], "swallow an axis"),
        (EXPECTED.ravel(), "shape (4,)"),
        (-EXPECTED, "has the wrong sign."),
        (5 * EXPECTED, "5 times too large"),
        (EXPECTED / 4, "4 times too small"),
        (-2 * EXPECTED, "wrong sign and is 2 times too large"),
        (EXPECTED.T, "is transposed"),
        (0 * EXPECTED, "all zeros"),
        (EXPECTED + 0.5, "off by the same amount"),
        ([[1, -1], [3, 4]], "wrong in 1 of 4 entries"),
    ],
)
def test_array_says_what_is_wrong(got, words):
    assert words in message(checks.array, got, EXPECTED, "f(x)")


def test_a_shape_that_is_transposed_is_named():
    wide = np.arange(6.0).reshape(2, 3)
    assert "Is it transposed?" in message(checks.array, wide.T, wide, "f(x)")


def test_a_misconception_is_named_before_anything_else():
    mistakes = [(2 * EXPECTED, "the mean is missing.")]
    said = message(checks.array, 2 * EXPECTED, EXPECTED, "f(x)", mistakes=mistakes)
    assert said == "f(x): the mean is missing."


def test_a_misconception_of_another_shape_is_named():
    mistakes = [(EXPECTED.sum(), "sum over the batch alone.")]
    said = message(checks.array, EXPECTED.sum(), EXPECTED, "f(x)", mistakes=mistakes)
    assert said == "f(x): sum over the batch alone."


def test_values_are_printed_only_on_request():
    secret = np.array([0.123456, 2.0])
    hidden = message(checks.array, [1.0, 1.0], secret, "f(x)")
    assert "0.123456" not in hidden
    shown = message(checks.array, [1.0, 1.0], secret, "f(x)", show=True)
    assert "0.123456" in shown
    assert "yours" in shown


def test_an_object_with_lying_operators_is_never_compared():
    class Liar:
        def __eq__(self, other):
            return True

        def __array__(self, *args, **options):
            raise AssertionError("the check has asked the student's object for its value")

        __hash__ = None

    assert "an object of a class of its own" in message(checks.array, Liar(), EXPECTED, "f(x)")


def test_items():
    assert checks.items([1, 2], "loss, gradient", "f(x)") == (1, 2)
    assert "returned None" in message(checks.items, None, "loss, gradient", "f(x)")
    assert "returned a float" in message(checks.items, 1.0, "loss, gradient", "f(x)")
    assert "3 values" in message(checks.items, (1, 2, 3), "loss, gradient", "f(x)")


def test_entries():
    assert checks.entries({"a": 1, "b": 2}, "a, b", "the dict") == {"a": 1, "b": 2}
    assert "is a list" in message(checks.entries, [1], "a, b", "the dict")
    said = message(checks.entries, {"a": 1, "c": 2}, "a, b", "the dict")
    assert "lacks b and has 1 key too many" in said


def test_numbers():
    assert checks.numbers([1, 2], (None,), "f(x)").tolist() == [1.0, 2.0]
    assert "must have shape (3,)" in message(checks.numbers, [1, 2], (3,), "f(x)")
    assert "(any, any)" in message(checks.numbers, [1, 2], (None, None), "f(x)")


def test_unchanged():
    before = EXPECTED.copy()
    checks.unchanged(before, EXPECTED, "f", "x")
    before[0, 0] = 9
    assert "argument x in place" in message(checks.unchanged, before, EXPECTED, "f", "x")


def test_that_takes_a_plain_truth_value_alone():
    checks.that(True, "fine")
    checks.that(np.bool_(True), "fine")
    assert message(checks.that, False, "not fine") == "not fine"
    with pytest.raises(TypeError, match="expects a bool, got list"):
        checks.that([1], "a list is no verdict")

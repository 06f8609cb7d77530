"""The harness on clocks and functions that are made up, so that every figure is known."""

import doctest
import json

import numpy as np
import pytest
import torch

from benchmarks import harness, record
from benchmarks.harness import Check, Ratio, Report, close, compare, one_thread


class FakeClock:
    """Time that passes only when a function says so; notes who ran."""

    def __init__(self):
        self.now, self.ran = 0.0, []

    def __call__(self):
        return self.now

    def function(self, name, seconds, result=1.0):
        """A function that takes `seconds`, or each of them in turn."""
        durations = iter(seconds if isinstance(seconds, list) else [seconds] * 1000)

        def run():
            self.ran.append(name)
            self.now += next(durations)
            return result

        return run


def measured(clock, ours, peer, **options):
    return compare("fake", ours, peer, same=close(), clock=clock, **options)


def test_the_ratio_is_the_quotient_of_the_times():
    clock = FakeClock()
    ratio = measured(clock, clock.function("ours", 3.0), clock.function("peer", 2.0))
    assert ratio.ours == [3.0] * 7
    assert ratio.peer == [2.0] * 7
    assert ratio.median == 1.5
    assert ratio.minimum == 1.5


def test_median_and_minimum_are_of_the_timed_repeats_alone():
    clock = FakeClock()
    # The first call is the check of the result. One slow repeat moves neither figure.
    ours = clock.function("ours", [0.5, 4.0, 2.0, 4.0, 900.0, 4.0, 5.0, 3.0])
    peer = clock.function("peer", [0.5, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 2.0])
    ratio = measured(clock, ours, peer)
    assert ratio.median == 4 / 2
    assert ratio.minimum == 2 / 1


def test_the_two_alternate_and_take_turns_at_going_first():
    clock = FakeClock()
    measured(clock, clock.function("a", 1.0), clock.function("b", 1.0))
    assert "".join(clock.ran) == "ab" + "abba" * 3 + "ab"


def test_inner_calls_are_averaged():
    clock = FakeClock()
    ours = clock.function("a", [0.0] + [1.0, 2.0, 6.0] * 7)
    ratio = measured(clock, ours, clock.function("b", 1.0), inner=3)
    assert ratio.ours == [3.0] * 7
    assert ratio.peer == [1.0] * 7


def test_nothing_is_timed_where_the_results_differ():
    clock = FakeClock()
    with pytest.raises(AssertionError):
        measured(clock, clock.function("a", 1.0), clock.function("b", 1.0, result=1.1))
    assert clock.ran == ["a", "b"]


@pytest.mark.parametrize("options", [{"repeats": 6}, {"inner": 0}])
def test_too_few_repeats_are_refused(options):
    clock = FakeClock()
    with pytest.raises(ValueError, match="at least"):
        measured(clock, clock.function("a", 1.0), clock.function("b", 1.0), **options)


def test_close_compares_arrays_tensors_and_tuples():
    same = close(rtol=1e-3, atol=0)
    same((np.ones(3), 2.0), (torch.ones(3, requires_grad=True), torch.tensor(2.0)))
    with pytest.raises(AssertionError):
        same(np.ones(3), torch.tensor([1.0, 1.0, 1.1]))
    with pytest.raises(AssertionError, match="2 results against 1"):
        same((1.0, 2.0), 1.0)


def test_a_target_is_met_by_the_ratio_of_medians():
    assert Ratio("a", [1.1], [1.0], target=1.1).met
    assert not Ratio("a", [1.2], [1.0], target=1.1).met
    assert Ratio("a", [9.0], [1.0]).met is None
    assert Report("r", [Ratio("a", [9.0], [1.0])], [Check("c", 0.98, 0.98)]).met
    assert not Report("r", [], [Check("c", 0.97, 0.98)]).met


def test_one_thread_holds_both_libraries_and_lets_go():
    from threadpoolctl import threadpool_info

    def numpy_threads():
        return {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"}

    before = torch.get_num_threads(), numpy_threads()
    torch_before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
            assert numpy_threads() <= {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(torch_before)
    assert (torch.get_num_threads(), numpy_threads()) == before


def test_the_file_and_the_table_hold_the_figures(tmp_path):
    report = Report(
        "made_up",
        [Ratio("a step", [0.002] * 3, [0.001] * 3, target=1.1)],
        [Check("accuracy", 0.985, 0.98)],
        {"seeds": 3},
    )
    path = record.write(report, load=0.5, folder=tmp_path / "new")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "made_up.json"
    assert content["ratios"][0]["ratio_of_medians"] == 2.0
    assert content["ratios"][0]["met"] is False
    assert content["checks"][0] == {
        "label": "accuracy",
        "value": 0.985,
        "at_least": 0.98,
        "at_most": None,
        "met": True,
    }
    assert content["versions"]["torch"] == torch.__version__
    assert content["versions"]["numpy"] == np.__version__
    assert content["processor"]
    step, accuracy = record.table(report).splitlines()[2:]
    assert step.split()[:2] == ["a", "step"]
    assert step.endswith("2.00 ms  1.00 ms   2.00       2.00  ≤ 1.10  MISSED")
    assert accuracy.endswith("met")


def test_the_examples_in_the_docstrings():
    result = doctest.testmod(harness)
    assert result.attempted > 0
    assert result.failed == 0

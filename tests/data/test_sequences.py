"""The adding problem and delayed recall: solved by their definition, and their baselines."""

import math

import numpy as np
import pytest

from dlcourse import data


@pytest.mark.parametrize("length", [2, 7, 50])
def test_adding_two_marked_numbers(length):
    s = data.load("adding_problem", n=300, length=length, rng=0)
    for x, y, marked in zip(s.x, s.y, s.info["marked"], strict=True):
        steps = [t for t in range(length) if x[t, 1] == 1]
        assert steps == marked.tolist()
        assert steps[0] < length // 2 <= steps[1]
        assert y == pytest.approx(x[steps[0], 0] + x[steps[1], 0])
        assert x[:, 1].sum() == 2
    assert s.x.min() >= 0
    assert s.x[..., 0].max() < 1


def test_the_baseline_of_the_adding_problem_is_its_variance():
    y = data.load("adding_problem", n=100_000, length=4, rng=0).y.astype(np.float64)
    assert data.load("adding_problem").info["baseline"] == pytest.approx(0.1667, abs=5e-5)
    # Three standard errors of the mean and of the mean squared error.
    assert y.mean() == pytest.approx(1, abs=3 * math.sqrt(1 / 6 / 1e5))
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, abs=2e-3)


def test_marks_reach_every_step():
    marked = data.load("adding_problem", n=2000, length=9, rng=0).info["marked"]
    assert set(marked[:, 0]) == set(range(4))
    assert set(marked[:, 1]) == set(range(4, 9))


@pytest.mark.parametrize(("delay", "remember", "symbols"), [(1, 1, 2), (20, 5, 8), (3, 10, 26)])
def test_recalling_letters(delay, remember, symbols):
    s = data.load("delayed_recall", n=50, delay=delay, remember=remember, symbols=symbols, rng=0)
    assert s.vocabulary[0] == "·"
    assert s.vocabulary[-1] == "?"
    assert len(s.classes) == symbols + 1
    for x, y in zip(s.x, s.y, strict=True):
        asked, said = s.decode(x), s.decode(y)
        letters = asked[:remember]
        assert letters.isalpha()
        assert asked == letters + "·" * (delay - 1) + "?" + "·" * remember
        assert said == "·" * (delay + remember) + letters
        # From the last letter to the first answer.
        assert said.index(letters, remember) - (remember - 1) == delay + 1


def test_the_published_baseline_of_delayed_recall():
    """Arjovsky, Shah and Bengio: 10·ln 8 / (T + 20) for ten letters of eight and a delay of T."""
    for delay in (100, 500):
        s = data.load("delayed_recall", n=1, delay=delay, remember=10, rng=0)
        assert s.info["baseline"] == pytest.approx(10 * math.log(8) / (delay + 20))


def test_the_baseline_of_delayed_recall_is_reached_by_the_best_that_remembers_nothing():
    s = data.load("delayed_recall", n=20_000, rng=0)
    # The best constant guess at each step: how often each answer occurs there.
    share = np.stack([np.bincount(step, minlength=9) for step in s.y.T]) / len(s.y)
    entropy = -np.sum(share * np.log(np.where(share > 0, share, 1)), axis=1).mean()
    assert entropy == pytest.approx(s.info["baseline"], rel=1e-3)

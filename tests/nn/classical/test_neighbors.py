"""Nearest neighbours against scikit-learn, and ties as they are documented."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier as TheirClassifier

from dlcourse.nn.classical import KNeighborsClassifier, neighbors

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=60, deadline=None)
@given(
    examples=st.integers(1, 30),
    features=st.integers(1, 5),
    p=st.sampled_from([1, 2]),
    dtype=st.sampled_from([np.float32, np.float64]),
    offset=st.sampled_from([0.0, 50.0]),
    data=st.data(),
    seed=seeds,
)
def test_equals_scikit_learn(examples, features, p, dtype, offset, data, seed):
    rng = np.random.default_rng(seed)
    k = data.draw(st.integers(1, examples))
    # Far from the origin a product of all pairs loses digits that the distances need.
    x, questions = (
        (offset + rng.standard_normal((n, features))).astype(dtype) for n in (examples, 7)
    )
    y = rng.integers(3, size=examples)
    ours = KNeighborsClassifier(k, p=p).fit(x, y)
    theirs = TheirClassifier(k, p=p, algorithm="brute" if p == 1 else "kd_tree").fit(x, y)
    distances, numbers = ours.kneighbors(questions)
    expected, places = theirs.kneighbors(questions)
    assert distances.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(distances, expected, rtol=tolerance, atol=tolerance)
    if dtype == np.float64:
        np.testing.assert_array_equal(numbers, places)
        np.testing.assert_array_equal(ours.predict(questions), theirs.predict(questions))
        np.testing.assert_allclose(
            ours.predict_proba(questions), theirs.predict_proba(questions), rtol=1e-12
        )
        assert ours.score(questions, np.zeros(7)) == theirs.score(questions, np.zeros(7))


@settings(max_examples=60, deadline=None)
@given(seed=seeds, p=st.sampled_from([1, 2]), dtype=st.sampled_from([np.float32, np.float64]))
def test_of_equally_near_examples_the_first_is_the_nearer(seed, p, dtype):
    """On a grid many distances are equal; tenths are not exact, equal differences of them are."""
    rng = np.random.default_rng(seed)
    x = (rng.integers(0, 3, (40, 3)) / 10).astype(dtype)
    question = x[:5]
    _, numbers = KNeighborsClassifier(12, p=p).fit(x, np.zeros(40)).kneighbors(question)
    for row, asked in zip(numbers, question, strict=True):
        exact = (np.abs(x - asked) ** p).sum(axis=1)
        np.testing.assert_array_equal(row, sorted(range(40), key=lambda n: (exact[n], n))[:12])


def test_of_classes_with_equally_many_votes_the_first_wins():
    knn = KNeighborsClassifier(2).fit([[0.0], [1.0]], ["b", "a"])
    assert knn.predict([[0.1]]) == ["a"]
    np.testing.assert_array_equal(knn.predict_proba([[0.1]]), [[0.5, 0.5]])


@pytest.mark.parametrize("p", [1, 2])
def test_blocks_change_nothing(p, monkeypatch):
    rng = np.random.default_rng(0)
    x, questions = rng.standard_normal((50, 3)), rng.standard_normal((21, 3))
    whole = KNeighborsClassifier(4, p=p).fit(x, np.zeros(50)).kneighbors(questions)
    monkeypatch.setattr(neighbors, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(neighbors, "CACHE_BYTES", 100)
    parts = KNeighborsClassifier(4, p=p).fit(x, np.zeros(50)).kneighbors(questions)
    for part, result in zip(parts, whole, strict=True):
        np.testing.assert_array_equal(part, result)


def test_with_one_neighbour_the_training_set_is_known_by_heart():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(size=(60, 20)).astype(np.float32) + 100, rng.integers(10, size=60)
    knn = KNeighborsClassifier(1).fit(x, y)
    assert knn.score(x, y) == 1
    np.testing.assert_array_equal(knn.kneighbors(x)[0], 0)


def test_integers_are_taken_and_nobody_asks():
    knn = KNeighborsClassifier(1).fit(np.array([[0], [250]], dtype=np.uint8), [0, 1])
    assert knn.predict(np.array([[200]], dtype=np.uint8)) == [1]  # 200 − 250 is 206 in uint8
    assert knn.predict(np.zeros((0, 1))).shape == (0,)


fitted = KNeighborsClassifier(2).fit(np.ones((3, 2)), [0, 1, 1])


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: KNeighborsClassifier(0), ValueError, "n_neighbors.*at least 1.*0"),
        (lambda: KNeighborsClassifier(p=3), ValueError, "p must be 1 or 2, got 3"),
        (lambda: KNeighborsClassifier().predict([[1.0]]), RuntimeError, "fit first"),
        (lambda: KNeighborsClassifier(3).fit([[1.0]], [0]), ValueError, "at least 3.*1"),
        (lambda: KNeighborsClassifier(1).fit([[1.0]], [0, 1]), ValueError, r"\(1,\).*\(2,\)"),
        (lambda: fitted.predict([[1.0]]), ValueError, r"\(N, 2\).*\(1, 1\)"),
        (lambda: fitted.predict(np.ones((1, 2, 2))), ValueError, "reshape"),
        (lambda: fitted.kneighbors([[1.0, 1.0]], 4), ValueError, "from 1 to 3, got 4"),
        (lambda: fitted.score([[1.0, 1.0]], [0, 1]), ValueError, r"\(1,\).*\(2,\)"),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error, match=says):
        call()

"""Principal components against scikit-learn and the covariance's eigenvectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA as TheirPCA

from dlcourse.nn.classical import PCA

FITTED = [
    "components_",
    "explained_variance_",
    "explained_variance_ratio_",
    "singular_values_",
    "mean_",
]


@settings(max_examples=60, deadline=None)
@given(
    examples=st.integers(3, 12),
    features=st.integers(1, 8),
    dtype=st.sampled_from([np.float32, np.float64]),
    whiten=st.booleans(),
    share=st.sampled_from([None, 0.5, 0.9]),
    data=st.data(),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_scikit_learn(examples, features, dtype, whiten, share, data, seed):
    rng = np.random.default_rng(seed)
    # Deviations 1, 2, 3, …: components far enough apart to be the same for both. The last of as
    # many as there are examples has variance 0 and no direction of its own.
    x = 3 + rng.standard_normal((examples, features)) * np.arange(1, features + 1)
    x = x.astype(dtype)
    most = min(examples - 1, features)
    count = data.draw(st.integers(1, most)) if share is None else share
    ours, theirs = PCA(count, whiten=whiten), TheirPCA(count, whiten=whiten, svd_solver="full")
    z, expected = ours.fit_transform(x), theirs.fit_transform(x)
    gaps = -np.diff(np.append(theirs.singular_values_, 0)) / theirs.singular_values_[0]
    tolerance = (1e-4 if dtype == np.float32 else 1e-9) / min(1, gaps.min())
    assert ours.n_components_ == theirs.n_components_
    for name in FITTED:
        assert getattr(ours, name).dtype == dtype
        np.testing.assert_allclose(
            getattr(ours, name), getattr(theirs, name), rtol=tolerance, atol=tolerance
        )
    np.testing.assert_allclose(z, expected, rtol=tolerance, atol=10 * tolerance)
    np.testing.assert_allclose(
        ours.inverse_transform(z), theirs.inverse_transform(expected), atol=10 * tolerance
    )
    assert z.dtype == ours.inverse_transform(z).dtype == dtype


def test_components_are_eigenvectors_of_the_covariance():
    x = np.random.default_rng(0).standard_normal((30, 4)) @ np.diag([1, 2, 3, 4.0])
    pca = PCA().fit(x)
    covariance = np.cov(x.T)
    for component, variance in zip(pca.components_, pca.explained_variance_, strict=True):
        np.testing.assert_allclose(covariance @ component, variance * component, atol=1e-12)
    np.testing.assert_allclose(pca.explained_variance_ratio_.sum(), 1)
    np.testing.assert_allclose(pca.components_ @ pca.components_.T, np.eye(4), atol=1e-12)


def test_all_components_give_the_data_back_and_fewer_lose_the_variance_that_is_left_out():
    x = np.random.default_rng(0).standard_normal((20, 5))
    np.testing.assert_allclose(PCA().fit(x).inverse_transform(PCA().fit_transform(x)), x)
    pca = PCA(2).fit(x)
    lost = ((x - pca.inverse_transform(pca.transform(x))) ** 2).sum() / 19
    np.testing.assert_allclose(lost, PCA().fit(x).explained_variance_[2:].sum())


def test_whitened_data_have_the_identity_as_covariance():
    x = np.random.default_rng(0).standard_normal((40, 3)) @ [[1, 2, 0], [0, 1, 5], [0, 0, 3.0]]
    np.testing.assert_allclose(np.cov(PCA(whiten=True).fit_transform(x).T), np.eye(3), atol=1e-10)


def test_constant_data_have_no_variance_to_share():
    pca = PCA().fit(np.full((4, 2), 7.0))
    np.testing.assert_array_equal(pca.explained_variance_ratio_, 0)
    np.testing.assert_array_equal(PCA(whiten=True).fit_transform(np.full((4, 2), 7.0)), 0)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: PCA(0), ValueError, "n_components.*0"),
        (lambda: PCA(1.5), ValueError, "n_components.*1.5"),
        (lambda: PCA(3).fit(np.ones((5, 2))), ValueError, "from 1 to 2, got 3"),
        (lambda: PCA().fit(np.ones((1, 2))), ValueError, "at least 2.*1"),
        (lambda: PCA().fit(np.ones((4, 2, 2))), ValueError, "reshape"),
        (lambda: PCA().fit([[1.0], [np.inf]]), ValueError, "infinity"),
        (lambda: PCA().transform([[1.0]]), RuntimeError, "fit first"),
        (
            lambda: PCA().fit(np.eye(3)).transform(np.ones((2, 2))),
            ValueError,
            r"\(N, 3\).*\(2, 2\)",
        ),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_a_share_that_is_reached_exactly_asks_for_one_component_more_as_in_scikit_learn():
    x = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    theirs = TheirPCA(0.5, svd_solver="full").fit(x)
    assert theirs.explained_variance_ratio_[0] == 0.5
    assert PCA(0.5).fit(x).n_components_ == theirs.n_components_ == 2

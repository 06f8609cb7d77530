"""The RBM: probabilities by enumeration, contrastive divergence by its exact expectation."""

import numpy as np
import pytest
from sklearn.neural_network import BernoulliRBM as TheirRBM

from dlcourse import optim
from dlcourse.nn.classical import BernoulliRBM

BARS = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], dtype=float)


def small(seed=0, visible=4, hidden=3, scale=1.0):
    """An RBM of random weights whose states can all be listed."""
    rng = np.random.default_rng(seed)
    rbm = BernoulliRBM(visible, hidden, dtype=np.float64, rng=rng)
    for parameter in rbm.parameters():
        parameter.data = scale * rng.standard_normal(parameter.shape)
    return rbm


def states(count):
    return np.array(list(np.ndindex(*[2] * count)), dtype=float)


def joint(rbm):
    """p(v, h) for all states as a matrix, from the energy alone; v down, h across."""
    weight, b, c = (parameter.data for parameter in rbm.parameters())
    energies = np.array(
        [
            [-(b @ v) - c @ h - h @ weight @ v for h in states(rbm.n_hidden)]
            for v in states(rbm.n_visible)
        ]
    )
    unnormalized = np.exp(-energies)
    return unnormalized / unnormalized.sum()


def statistics(p, rbm):
    """⟨h vᵀ⟩, ⟨v⟩ and ⟨h⟩ under a joint distribution."""
    v, h = states(rbm.n_visible), states(rbm.n_hidden)
    return h.T @ p.T @ v, p.sum(axis=1) @ v, p.sum(axis=0) @ h


def kernel_of(p):
    """The matrix of one Gibbs step: p(v' | v) = Σ_h p(v' | h) p(h | v)."""
    given_v, given_h = p / p.sum(axis=1, keepdims=True), p / p.sum(axis=0)
    return given_v @ given_h.T


def expected_update(rbm, data, k):
    """What CD-k gives on average, summed over all states; k = None is the exact gradient."""
    p = joint(rbm)
    places = [int("".join(str(int(bit)) for bit in v), 2) for v in data]
    empirical = np.bincount(places, minlength=len(p)) / len(data)
    end = p.sum(axis=1) if k is None else empirical @ np.linalg.matrix_power(kernel_of(p), k)
    given_v = p / p.sum(axis=1, keepdims=True)
    start, end = (statistics(q[:, None] * given_v, rbm) for q in (empirical, end))
    return [model - data for model, data in zip(end, start, strict=True)]


def sampled_update(rbm, data, k, copies=60_000):
    """The mean of contrastive divergence over many copies of the data."""
    rbm.zero_grad()
    rbm.contrastive_divergence(np.repeat(data, copies, axis=0), k, rng=0)
    return [parameter.grad for parameter in rbm.parameters()]


@pytest.mark.parametrize(("visible", "hidden"), [(4, 3), (3, 4), (1, 1)])
def test_probabilities_are_those_of_the_enumerated_joint(visible, hidden):
    rbm = small(visible=visible, hidden=hidden)
    p = joint(rbm)
    given_v, given_h = p / p.sum(axis=1, keepdims=True), p / p.sum(axis=0)
    np.testing.assert_allclose(
        rbm.hidden_probabilities(states(visible)), given_v @ states(hidden), rtol=1e-12
    )
    np.testing.assert_allclose(
        rbm.visible_probabilities(states(hidden)), given_h.T @ states(visible), rtol=1e-12
    )
    np.testing.assert_allclose(
        rbm.log_likelihood(states(visible)), np.log(p.sum(axis=1)), rtol=1e-10
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_free_energy_and_hidden_probabilities_are_scikit_learns(dtype):
    rng = np.random.default_rng(0)
    x = (rng.uniform(size=(20, 6)) < 0.5).astype(dtype)
    theirs = TheirRBM(n_components=5, n_iter=3, learning_rate=0.5, random_state=0).fit(x)
    rbm = BernoulliRBM(6, 5, dtype=dtype)
    rbm.weight.data = theirs.components_.astype(dtype)
    rbm.visible_bias.data = theirs.intercept_visible_.astype(dtype)
    rbm.hidden_bias.data = theirs.intercept_hidden_.astype(dtype)
    energy = rbm.free_energy(x)
    assert energy.dtype == dtype
    np.testing.assert_allclose(energy, theirs._free_energy(x), rtol=1e-5)
    np.testing.assert_allclose(rbm.hidden_probabilities(x), theirs.transform(x), rtol=1e-5)
    np.testing.assert_allclose(rbm.encoder()(x), theirs.transform(x), rtol=1e-5)


@pytest.mark.parametrize("k", [1, 2])
def test_the_update_has_the_expectation_of_cd_k(k):
    rbm, data = small(scale=3.0), np.array([[1, 1, 0, 1], [0, 0, 1, 0], [1, 0, 1, 0]], dtype=float)
    exact = expected_update(rbm, data, k)
    # A mean over 180,000 samples of numbers in −1..1: deviation 0.0024 at most.
    for actual, expected in zip(sampled_update(rbm, data, k), exact, strict=True):
        np.testing.assert_allclose(actual, expected, atol=0.01)
    other = expected_update(rbm, data, 3 - k)
    assert max(np.abs(a - e).max() for a, e in zip(other, exact, strict=True)) > 0.02


def test_many_steps_give_the_gradient_of_the_likelihood_and_one_does_not():
    rbm, data = small(scale=3.0), np.array([[1, 1, 0, 1], [0, 0, 1, 0]], dtype=float)
    gradient = expected_update(rbm, data, None)
    for actual, expected in zip(sampled_update(rbm, data, 20, 20_000), gradient, strict=True):
        np.testing.assert_allclose(actual, expected, atol=0.02)
    bias = [np.abs(a - e) for a, e in zip(expected_update(rbm, data, 1), gradient, strict=True)]
    assert max(part.max() for part in bias) > 0.1


def test_the_enumerated_gradient_is_the_numerical_one_of_the_log_likelihood():
    rbm, data, step = small(), BARS, 1e-5
    for parameter, gradient in zip(rbm.parameters(), expected_update(rbm, data, None), strict=True):
        numerical = np.empty(parameter.shape)
        start = parameter.data
        for place in np.ndindex(parameter.shape):
            values = []
            for sign in (1, -1):
                parameter.data = start.copy()
                parameter.data[place] += sign * step
                values.append(-rbm.log_likelihood(data).mean())
            numerical[place] = (values[0] - values[1]) / (2 * step)
        parameter.data = start
        np.testing.assert_allclose(numerical, gradient, atol=1e-8)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.5}, {"k": 3}], ids=str)
def test_training_raises_the_exact_log_likelihood(options):
    """From a uniform guess, −4 log 2, towards −log 2, the best for two equally likely inputs."""
    rbm = BernoulliRBM(4, 2, rng=0)
    before = rbm.log_likelihood(BARS).mean()
    np.testing.assert_allclose(before, -4 * np.log(2), atol=0.02)
    history = rbm.fit(np.repeat(BARS, 20, axis=0), epochs=150, rng=1, **options)
    after = rbm.log_likelihood(BARS).mean()
    assert -1.2 < after < -np.log(2)
    assert len(history) == len(history.seconds) == 150
    assert history.reconstruction_error[-1] < 0.1 < history.reconstruction_error[0]
    assert {parameter.dtype for parameter in rbm.parameters()} == {np.dtype(np.float32)}
    assert rbm.weight.grad is None


def test_steps_are_those_of_sgd_with_momentum():
    trained, stepped = (BernoulliRBM(4, 3, dtype=np.float64, rng=0) for _ in range(2))
    trained.fit(BARS, epochs=3, lr=0.2, batch_size=2, momentum=0.9, rng=1)
    optimizer = optim.SGD(stepped.parameters(), lr=0.2, momentum=0.9)
    rng = np.random.default_rng(1)
    for _ in range(3):
        optimizer.zero_grad()
        stepped.contrastive_divergence(BARS[rng.permutation(2)], rng=rng)
        optimizer.step()
    for actual, expected in zip(trained.parameters(), stepped.parameters(), strict=True):
        np.testing.assert_allclose(actual.data, expected.data, rtol=1e-12)


def test_gibbs_samples_have_the_models_distribution():
    rbm = small()
    samples = rbm.gibbs(np.zeros((50_000, 4)), steps=20, rng=0)
    np.testing.assert_allclose(samples.mean(axis=0), joint(rbm).sum(axis=1) @ states(4), atol=0.01)


def test_a_seed_repeats_a_run_and_leaves_the_courses_generator_alone():
    runs = []
    for _ in range(2):
        rbm = BernoulliRBM(4, 3, rng=0)
        rbm.fit(BARS, epochs=3, rng=1)
        runs.append(rbm.weight.data)
    np.testing.assert_array_equal(*runs)


def test_on_epoch_may_stop():
    rbm = BernoulliRBM(4, 3, rng=0)
    history = rbm.fit(BARS, epochs=9, rng=1, on_epoch=lambda history: len(history) == 2)
    assert len(history) == 2


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: BernoulliRBM(0, 3), ValueError, "n_visible.*at least 1.*0"),
        (lambda: small().free_energy(np.ones((2, 3))), ValueError, r"\(N, 4\).*\(2, 3\)"),
        (lambda: small().free_energy(np.ones(4)), ValueError, r"\(N, 4\).*\(4,\)"),
        (lambda: small().reconstruct(255 * BARS), ValueError, "0 and 1.*0 to 255.*255"),
        (lambda: small().fit(BARS[:0], epochs=1), ValueError, "at least 1.*0"),
        (lambda: small().fit(BARS, epochs=1, batch_size=0), ValueError, "batch_size.*0"),
        (lambda: small().contrastive_divergence(BARS, k=0), ValueError, "steps.*0"),
        (lambda: BernoulliRBM(21, 21).log_likelihood(np.ones((1, 21))), ValueError, "21.*free"),
        (lambda: small().free_energy([["a"] * 4]), TypeError, "real numbers.*<U1"),
        (lambda: small().free_energy([[np.nan] * 4]), ValueError, "NaN"),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error, match=says):
        call()

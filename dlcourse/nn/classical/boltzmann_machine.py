"""The restricted Boltzmann machine: stacked, it initialized the deep networks of 2006."""

import time
from dataclasses import dataclass, field

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.activations import Sigmoid
from dlcourse.nn.classical.table import table, whole
from dlcourse.nn.linear import Linear
from dlcourse.nn.module import Parameter
from dlcourse.nn.sequential import Sequential
from dlcourse.random import default_rng

# Exact sums go over all states of the smaller layer: 2²⁰ of them at most.
EXACT = 20


@dataclass
class RBMHistory:
    """What a training run did, a value an epoch.

    reconstruction_error: mean squared difference of a number and its reconstruction, over the
    epoch's minibatches (what one watches; not what is minimized); seconds: wall-clock time.

    >>> len(RBMHistory(reconstruction_error=[0.25, 0.2], seconds=[1.0, 1.0]))
    2
    """

    reconstruction_error: list = field(default_factory=list)
    seconds: list = field(default_factory=list)

    def __len__(self):
        return len(self.reconstruction_error)


class BernoulliRBM:
    """p(v, h) = exp(−E(v, h)) / Z with E(v, h) = −b·v − c·h − hᵀ W v, for v and h of 0 and 1.

    Visible units v and hidden units h with no connection within a layer (Smolensky, 1986), so that
    given the one, the numbers of the other are independent: p(hⱼ = 1 | v) = σ(c + W v)ⱼ and
    p(vᵢ = 1 | h) = σ(b + Wᵀ h)ᵢ. Trained by contrastive divergence (Hinton, 2002).

    weight W: (n_hidden, n_visible), as in Linear, starts normal with deviation 0.01 (Hinton, 2010);
    visible_bias b: (n_visible,), hidden_bias c: (n_hidden,), start at 0: Parameters. Data are
    (N, n_visible), 0 or 1, or probabilities between them. rng: a generator or seed in place of the
    course's own.

    >>> rbm = BernoulliRBM(4, 2, rng=0)
    >>> x = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    >>> history = rbm.fit(x, epochs=1500, lr=0.2, rng=0)
    >>> rbm.reconstruct(x).round()
    array([[1., 1., 0., 0.], [0., 0., 1., 1.]], dtype=float32)
    """

    def __init__(self, n_visible, n_hidden, *, dtype=np.float32, rng=None):
        self.n_visible = whole("BernoulliRBM", "n_visible", n_visible)
        self.n_hidden = whole("BernoulliRBM", "n_hidden", n_hidden)
        weight = default_rng(rng).normal(0, 0.01, (n_hidden, n_visible))
        self.weight = Parameter(weight.astype(dtype))
        self.visible_bias = Parameter(np.zeros(n_visible, dtype=dtype))
        self.hidden_bias = Parameter(np.zeros(n_hidden, dtype=dtype))

    def parameters(self):
        return iter((self.weight, self.visible_bias, self.hidden_bias))

    # Probabilities

    def hidden_probabilities(self, v):
        """p(h = 1 | v) = σ(v Wᵀ + c): (N, n_visible) to (N, n_hidden)."""
        return ops.sigmoid(self._hidden_input(self._visible(v)))[0]

    def visible_probabilities(self, h):
        """p(v = 1 | h) = σ(h W + b): (N, n_hidden) to (N, n_visible)."""
        h = units("h", h, self.n_hidden, self.weight.dtype)
        return ops.sigmoid(h @ self.weight.data + self.visible_bias.data)[0]

    def reconstruct(self, v):
        """p(v = 1 | h) at h = p(h = 1 | v): there and back, nothing drawn."""
        return self.visible_probabilities(self.hidden_probabilities(v))

    def gibbs(self, v, steps=1, rng=None):
        """Draw h given v, then v given h, so many times: (N, n_visible) to (N, n_visible).

        After many steps the samples come from the model, wherever they began.
        """
        steps, rng = whole("BernoulliRBM", "steps", steps), default_rng(rng)
        for _ in range(steps):
            h = draw(self.hidden_probabilities(v), rng)
            v = draw(self.visible_probabilities(h), rng)
        return v

    def free_energy(self, v):
        """F(v) = −b·v − Σⱼ log(1 + exp(c + W v)ⱼ): (N, n_visible) to (N,).

        The energy with h summed out: p(v) = exp(−F(v)) / Z. Two inputs' likelihoods are compared
        without Z.
        """
        v = self._visible(v)
        return -(v @ self.visible_bias.data) - softplus(self._hidden_input(v)).sum(axis=1)

    def log_likelihood(self, v):
        """log p(v) = −F(v) − log Z, exactly: (N, n_visible) to (N,), in nats.

        Z is a sum over all states of the smaller layer. Raises ValueError where that has more than
        20 units: Z is then out of reach, which is why there is contrastive divergence.
        """
        if min(self.n_visible, self.n_hidden) > EXACT:
            raise ValueError(
                f"BernoulliRBM: log_likelihood sums over 2ⁿ states, n = "
                f"{min(self.n_visible, self.n_hidden)}, and does so up to n = {EXACT}: compare "
                "free energies instead"
            )
        log_z = np.logaddexp.reduce(np.concatenate(list(self._exponents())))
        return -self.free_energy(v) - log_z

    # Learning

    def contrastive_divergence(self, v, k=1, rng=None):
        """CD-k: an estimate of d(−log p)/dθ, mean over v: (N, n_visible); adds it to the gradients.

        d log p / dW is ⟨h vᵀ⟩ with v from the data less ⟨h vᵀ⟩ with v from the model; CD-k takes,
        in place of samples of the model, those of k Gibbs steps from the data (Hinton, 2002). It is
        biased for every k and exact as k → ∞. States are drawn; the last hidden ones are kept as
        probabilities, which have the same mean and less noise. Returns the samples: (N, n_visible).
        """
        v = self._visible(v, least=1)
        samples = self.gibbs(v, k, rng)
        count = self.weight.dtype.type(len(v))
        h, fantasy = self.hidden_probabilities(v), self.hidden_probabilities(samples)
        self.weight.accumulate((fantasy.T @ samples - h.T @ v) / count)
        self.visible_bias.accumulate((samples - v).sum(axis=0) / count)
        self.hidden_bias.accumulate((fantasy - h).sum(axis=0) / count)
        return samples

    def fit(self, x, *, epochs, lr=0.1, batch_size=10, k=1, momentum=0.0, rng=None, on_epoch=None):
        """Train by CD-k on minibatches of x: (N, n_visible), and return an RBMHistory.

        Steps are θ ← θ − lr · u with u ← momentum · u + gradient, as SGD's. on_epoch(history) is
        called after each epoch and may return True to stop. Raises ValueError for data that are
        empty, of another width or outside 0 to 1.
        """
        x, rng = self._visible(x, least=1), default_rng(rng)
        batch_size = whole("BernoulliRBM", "batch_size", batch_size)
        lr, momentum = float(lr), float(momentum)  # a NumPy scalar would bring its own dtype
        history, steps = RBMHistory(), [0] * 3
        for _ in range(epochs):
            start, error, order = time.perf_counter(), 0.0, rng.permutation(len(x))
            for first in range(0, len(x), batch_size):
                batch = x[order[first : first + batch_size]]
                error += float(np.square(batch - self.reconstruct(batch)).sum())
                self.zero_grad()
                self.contrastive_divergence(batch, k, rng)
                for place, parameter in enumerate(self.parameters()):
                    steps[place] = momentum * steps[place] + parameter.grad
                    parameter.data = parameter.data - lr * steps[place]
            history.reconstruction_error.append(error / x.size)
            history.seconds.append(time.perf_counter() - start)
            if on_epoch is not None and on_epoch(history):
                break
        self.zero_grad()
        return history

    def zero_grad(self):
        """Forget the gradients."""
        for parameter in self.parameters():
            parameter.grad = None

    def encoder(self):
        """σ(v Wᵀ + c) as layers of a network, with copies of W and c: a pre-trained first layer.

        Trained on the hidden probabilities of the one before, RBMs stack into a deep network, which
        backpropagation then trains further (Hinton & Salakhutdinov, 2006).
        """
        layer = Linear(self.n_visible, self.n_hidden, dtype=self.weight.dtype, rng=0)
        layer.load_state_dict({"weight": self.weight.data, "bias": self.hidden_bias.data})
        return Sequential(layer, Sigmoid())

    def _exponents(self):
        """Yield log Σ exp(−E) over the larger layer, for states of the smaller one, in blocks."""
        for states in all_states(min(self.n_visible, self.n_hidden), self.weight.dtype):
            if self.n_visible <= self.n_hidden:
                yield -self.free_energy(states)
            else:
                inputs = states @ self.weight.data + self.visible_bias.data
                yield states @ self.hidden_bias.data + softplus(inputs).sum(axis=1)

    def _hidden_input(self, v):
        return v @ self.weight.data.T + self.hidden_bias.data

    def _visible(self, v, least=0):
        return units("v", v, self.n_visible, self.weight.dtype, least)

    def __repr__(self):
        return f"BernoulliRBM(n_visible={self.n_visible}, n_hidden={self.n_hidden})"


def units(name, states, count, dtype, least=0):
    """Return the states of a layer as (N, count) floats between 0 and 1; refuse others."""
    states = table("BernoulliRBM", states, features=count, least=least)
    if states.size and (states.min() < 0 or states.max() > 1):
        raise ValueError(
            f"BernoulliRBM: {name} must lie between 0 and 1, got {states.min():g} to "
            f"{states.max():g}: scale it, as with pixels / 255"
        )
    return states.astype(dtype, copy=False)


def draw(probabilities, rng):
    """1 with these probabilities, else 0, in their dtype."""
    return (rng.random(probabilities.shape) < probabilities).astype(probabilities.dtype)


def softplus(x):
    """log(1 + eˣ), to the last digit: ops.softplus takes x itself from 20 on, as PyTorch does."""
    return np.logaddexp(x, x.dtype.type(0))


def all_states(count, dtype):
    """Yield the 2ⁿ vectors of n numbers that are 0 or 1, as rows of blocks."""
    block = 2**12
    for first in range(0, 2**count, block):
        numbers = np.arange(first, min(first + block, 2**count))
        yield (numbers[:, None] >> np.arange(count) & 1).astype(dtype)

"""Two classes in the plane: blobs, XOR, moons, spirals. All are generated."""

import numpy as np

from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.options import real_number, whole_number
from dlcourse.random import default_rng


def load_blobs(n=200, distance=4.0, spread=1.0, rng=None):
    """Two round clouds in the plane, one a class.

    n: number of points, half of them (rounded down) in class 1.
    distance: between the centres (−distance/2, 0) and (distance/2, 0).
    spread: standard deviation of each coordinate around its centre. The clouds overlap; the best
    boundary is the line x₁ = 0, and it errs on a share Φ(−distance / (2·spread)) of the points:
    2.3% with the defaults.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, 2) float32; y: (n,) int64, 0 on the left and 1 on the right; `2 * y - 1` gives −1 and +1.
    Source: generated.
    """
    n, rng = whole_number("n", n, 2), default_rng(rng)
    distance, spread = real_number("distance", distance), real_number("spread", spread)
    y = _halves(n)
    centres = np.stack([(y - 0.5) * distance, np.zeros(n)], axis=1)
    return _shuffled("blobs", centres + spread * rng.standard_normal((n, 2)), y, rng)


def load_xor(n=200, noise=0.1, rng=None):
    """The exclusive or: four clouds at the corners of the unit square.

    n: number of points, at least 4, spread evenly over the corners (0, 0), (0, 1), (1, 0), (1, 1)
    in this order. n=4 with noise=0 is the truth table.
    noise: standard deviation of each coordinate around its corner.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, 2) float32; y: (n,) int64, 1 where exactly one coordinate of the corner is 1; `2 * y - 1`
    gives −1 and +1. No straight line separates the classes.
    Source: generated; Minsky and Papert, Perceptrons, 1969.
    """
    n, rng = whole_number("n", n, 4), default_rng(rng)
    noise = real_number("noise", noise)
    corner = np.arange(n) % 4
    bits = np.stack([corner // 2, corner % 2], axis=1)
    x = bits + noise * rng.standard_normal((n, 2))
    return _data_set("xor", x, bits[:, 0] ^ bits[:, 1])


def load_moons(n=200, noise=0.1, rng=None):
    """Two half circles that reach into each other.

    n: number of points, half of them (rounded down) in class 1.
    noise: standard deviation that is added to each coordinate. Without noise class 0 lies on
    (cos t, sin t) and class 1 on (1 − cos t, 1/2 − sin t), for t evenly spaced from 0 to π.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, 2) float32; y: (n,) int64; `2 * y - 1` gives −1 and +1.
    Source: generated, the curves of scikit-learn's `make_moons`.
    """
    n, rng = whole_number("n", n, 2), default_rng(rng)
    noise = real_number("noise", noise)
    y = _halves(n)
    upper, lower = np.linspace(0, np.pi, n - n // 2), np.linspace(0, np.pi, n // 2)
    x = np.concatenate(
        [
            np.stack([np.cos(upper), np.sin(upper)], axis=1),
            np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1),
        ]
    )
    return _shuffled("moons", x + noise * rng.standard_normal((n, 2)), y, rng)


def load_spirals(n=200, noise=0.02, turns=1.5, rng=None):
    """Two spirals, each the other one turned by half a circle.

    n: number of points, half of them (rounded down) in class 1.
    noise: standard deviation that is added to each coordinate.
    turns: how often an arm goes round. The radius grows with the angle, from 0.1 to 1.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, 2) float32, within the unit circle but for the noise; y: (n,) int64; `2 * y - 1` gives
    −1 and +1.
    Source: generated; after Lang and Witbrock, Learning to tell two spirals apart, 1988.
    """
    n, rng = whole_number("n", n, 2), default_rng(rng)
    noise, turns = real_number("noise", noise), real_number("turns", turns)
    y = _halves(n)
    along = np.concatenate([np.linspace(0, 1, n - n // 2), np.linspace(0, 1, n // 2)])
    angle = 2 * np.pi * turns * along + np.pi * y
    radius = 0.1 + 0.9 * along
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _shuffled("spirals", x + noise * rng.standard_normal((n, 2)), y, rng)


def _halves(n):
    return np.repeat([0, 1], [n - n // 2, n // 2])


def _shuffled(name, x, y, rng):
    order = rng.permutation(len(y))
    return _data_set(name, x[order], y[order])


def _data_set(name, x, y):
    return DataSet(
        name=name,
        x=np.ascontiguousarray(x, dtype=np.float32),
        y=y.astype(np.int64),
        classes=("0", "1"),
    )


ENTRIES = (
    Entry("blobs", load_blobs, "(200, 2)", "generated"),
    Entry("xor", load_xor, "(200, 2)", "generated"),
    Entry("moons", load_moons, "(200, 2)", "generated"),
    Entry("spirals", load_spirals, "(200, 2)", "generated"),
)

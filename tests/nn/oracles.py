"""The operations with what each is held against: shapes to draw, and PyTorch's counterpart."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from hypothesis import strategies as st

# One place for tolerances. float32 has 7 digits, of which sums over small axes cost one or two.
TOLERANCE = {
    np.dtype(np.float32): {"rtol": 2e-5, "atol": 5e-6},
    np.dtype(np.float64): {"rtol": 1e-11, "atol": 1e-13},
}
DTYPES = [np.float32, np.float64]


@dataclass
class Drawn:
    """Arguments of one call: arrays that get gradients, other arguments, options."""

    arrays: list
    others: list = field(default_factory=list)
    options: dict = field(default_factory=dict)


@dataclass
class Case:
    """An operation by name, how to draw its arguments, and PyTorch's function.

    arrange: where an argument without a gradient comes before one that has it, makes of such a
    function one that takes the arrays with gradients first.
    """

    name: str
    draw: Callable
    torch: Callable
    arrange: Callable = lambda function: function

    def call(self, function, arrays, drawn, others=None):
        """The function's result for these arrays and the other arguments that were drawn."""
        others = drawn.others if others is None else others
        return self.arrange(function)(*arrays, *others, **drawn.options)

    def __repr__(self):
        return self.name


def close(actual, expected):
    """Assert equality within the tolerance of the expected dtype, and equal dtype and shape.

    Of tuples, as of an output with several parts, every part.
    """
    if isinstance(expected, tuple):
        assert isinstance(actual, tuple)
        for part, expected_part in zip(actual, expected, strict=True):
            close(part, expected_part)
        return
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, **TOLERANCE[expected.dtype])


def mapped(function, structure):
    """Apply a function to every part of an output that is a tuple, or to the output."""
    if isinstance(structure, tuple):
        return tuple(mapped(function, part) for part in structure)
    return function(structure)


def leaves(structure):
    """The parts of an output that is a tuple as a flat list."""
    parts = structure if isinstance(structure, tuple) else None
    return [structure] if parts is None else [leaf for part in parts for leaf in leaves(part)]


def away_from_zero(rng, shape):
    """Normal numbers none of which is near 0, where ReLU and its relatives have a kink."""
    x = rng.standard_normal(shape)
    return x + np.sign(x) * 0.05


shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def elementwise(draw, options=None):
    rng = np.random.default_rng(draw(seeds))
    # An empty batch is one of the shapes that must pass through.
    shape = draw(st.one_of(shapes, st.just((0, 3)), st.just(())))
    return Drawn([away_from_zero(rng, shape)], options=options or {})


@st.composite
def leaky(draw):
    drawn = draw(elementwise())
    drawn.options = {"negative_slope": draw(st.sampled_from([0.01, 0.2, 1.5]))}
    return drawn


@st.composite
def with_slopes(draw):
    rng = np.random.default_rng(draw(seeds))
    shape = draw(shapes)
    channels = shape[1] if len(shape) > 1 else shape[0]
    size = draw(st.sampled_from([1, channels])) if len(shape) > 1 else 1
    return Drawn([away_from_zero(rng, shape), rng.standard_normal(size)])


@st.composite
def along_an_axis(draw):
    rng = np.random.default_rng(draw(seeds))
    shape = draw(shapes)
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    scale = draw(st.sampled_from([1.0, 30.0]))
    return Drawn([rng.standard_normal(shape) * scale], options={"dim": dim})


@st.composite
def affine(draw):
    rng = np.random.default_rng(draw(seeds))
    examples, inputs, outputs = (
        draw(st.integers(0, 5)),
        draw(st.integers(1, 5)),
        draw(st.integers(1, 5)),
    )
    arrays = [rng.standard_normal((examples, inputs)), rng.standard_normal((outputs, inputs))]
    if draw(st.booleans()):
        arrays.append(rng.standard_normal(outputs))
    return Drawn(arrays)


@st.composite
def squared_error(draw):
    rng = np.random.default_rng(draw(seeds))
    shape = draw(shapes)
    options = {"reduction": draw(st.sampled_from(["mean", "sum", "none"]))}
    return Drawn([rng.standard_normal(shape)], [rng.standard_normal(shape)], options)


@st.composite
def classes(draw):
    rng = np.random.default_rng(draw(seeds))
    examples, count = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    scale = draw(st.sampled_from([1.0, 100.0]))
    options = {"reduction": draw(st.sampled_from(["mean", "sum", "none"]))}
    scores = rng.standard_normal((examples, count)) * scale
    return Drawn([scores], [rng.integers(count, size=examples)], options)


F = torch.nn.functional
CASES = [
    Case("linear", affine(), F.linear),
    Case("sigmoid", elementwise(), torch.sigmoid),
    Case("tanh", elementwise(), torch.tanh),
    Case("relu", elementwise(), F.relu),
    Case("leaky_relu", leaky(), F.leaky_relu),
    Case("prelu", with_slopes(), F.prelu),
    Case("softmax", along_an_axis(), F.softmax),
    Case("log_softmax", along_an_axis(), F.log_softmax),
    Case("mse_loss", squared_error(), F.mse_loss),
    Case("cross_entropy", classes(), F.cross_entropy),
]

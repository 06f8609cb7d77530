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
    np.dtype(np.int64): {"rtol": 0, "atol": 0},
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
def with_option(draw, name, values):
    drawn = draw(elementwise())
    drawn.options = {name: draw(st.sampled_from(values))}
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
def axes_as_one(draw):
    rng = np.random.default_rng(draw(seeds))
    shape = draw(st.one_of(shapes, st.just((0, 3, 2)), st.just(())))
    first = draw(st.integers(0, max(len(shape) - 1, 0)))
    last = draw(st.integers(first, max(len(shape) - 1, 0)))
    if draw(st.booleans()):
        first, last = first - max(len(shape), 1), last - max(len(shape), 1)
    return Drawn([rng.standard_normal(shape)], options={"start_dim": first, "end_dim": last})


@st.composite
def left_out(draw):
    drawn = draw(elementwise())
    drawn.options = {
        "p": draw(st.sampled_from([0.0, 0.3, 0.5, 1.0])),
        "training": draw(st.booleans()),
        "rng": draw(seeds),
    }
    return drawn


def dropout_of_pytorch(x, p, training, rng):
    """PyTorch's dropout where it leaves out what the same generator leaves out here."""
    if not training:
        return F.dropout(x, p, training=False)
    kept = np.random.default_rng(rng).random(x.shape, dtype=np.float32) >= p
    scaled = F.dropout(x, p=0.0) if p == 1 else x / (1 - p)
    return torch.where(torch.tensor(kept), scaled, 0 * x)


@st.composite
def look_ups(draw):
    rng = np.random.default_rng(draw(seeds))
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    shape = draw(st.one_of(shapes, st.just(()), st.just((0, 2))))
    return Drawn([rng.standard_normal((rows, columns))], [rng.integers(rows, size=shape)])


def numbers_first(function):
    """The table, which has a gradient, then the numbers: in the function's own order."""
    return lambda weight, numbers, **options: function(numbers, weight, **options)


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
    options["label_smoothing"] = draw(st.sampled_from([0.0, 0.0, 0.1, 1.0]))
    scores = rng.standard_normal((examples, count)) * scale
    labels = rng.integers(count, size=examples)
    if draw(st.booleans()):
        options["ignore_index"] = -7
        labels[1:][rng.uniform(size=examples - 1) < 0.3] = -7
    weights = [rng.uniform(0.5, 2, count)] if draw(st.booleans()) else []
    return Drawn([scores], [labels, *weights], options)


def weight_by_name(function):
    """The classes' weights come after the labels here, and PyTorch has arguments between them."""
    return lambda scores, labels, weight=None, **options: function(
        scores, labels, weight=weight, **options
    )


@st.composite
def distances(draw, betas=()):
    """Inputs and targets whose difference is near no kink: not 0, and not ±β."""
    rng = np.random.default_rng(draw(seeds))
    options = {"reduction": draw(st.sampled_from(["mean", "sum", "none"]))}
    if betas:
        options["beta"] = draw(st.sampled_from(betas))
    target = rng.standard_normal(draw(shapes))
    distance = rng.choice([-2.5, -0.7, -0.2, 0.3, 0.8, 3.0], size=target.shape)
    return Drawn([target + distance], [target], options)


@st.composite
def yes_or_no(draw):
    rng = np.random.default_rng(draw(seeds))
    shape = draw(shapes)
    scores = rng.standard_normal(shape) * draw(st.sampled_from([1.0, 20.0]))
    options = {"reduction": draw(st.sampled_from(["mean", "sum", "none"]))}
    factors = [rng.uniform(0.5, 2, shape[-1:]), rng.uniform(0.5, 2, shape)]
    return Drawn([scores], [rng.uniform(size=shape), *factors[: draw(st.integers(0, 2))]], options)


def weights_by_name(function):
    """Factors for positives, then for all, by name: PyTorch has other arguments between."""
    return lambda scores, target, pos_weight=None, weight=None, **options: function(
        scores, target, weight=weight, pos_weight=pos_weight, **options
    )


def elastic_net_of_pytorch(weight, beta):
    return beta * torch.linalg.vector_norm(weight) ** 2 + weight.norm(p=1)


F = torch.nn.functional
CASES = [
    Case("linear", affine(), F.linear),
    Case("sigmoid", elementwise(), torch.sigmoid),
    Case("tanh", elementwise(), torch.tanh),
    Case("relu", elementwise(), F.relu),
    Case("leaky_relu", leaky(), F.leaky_relu),
    Case("prelu", with_slopes(), F.prelu),
    Case("gelu", with_option("approximate", ["none", "tanh"]), F.gelu),
    Case("silu", elementwise(), F.silu),
    Case("softplus", with_option("beta", [1.0, 0.3, 4.0]), F.softplus),
    Case("softmax", along_an_axis(), F.softmax),
    Case("log_softmax", along_an_axis(), F.log_softmax),
    Case("flatten", axes_as_one(), torch.flatten),
    Case("dropout", left_out(), dropout_of_pytorch),
    Case("embedding", look_ups(), F.embedding, numbers_first),
    Case("l1_penalty", elementwise(), lambda weight: weight.abs().sum()),
    Case("l2_penalty", elementwise(), lambda weight: weight.square().sum()),
    Case("elastic_net_penalty", with_option("beta", [1.0, 0.0, 0.3]), elastic_net_of_pytorch),
    Case("mse_loss", squared_error(), F.mse_loss),
    Case("cross_entropy", classes(), F.cross_entropy, weight_by_name),
    Case("l1_loss", distances(), F.l1_loss),
    Case("smooth_l1_loss", distances([1.0, 0.5, 0.0]), F.smooth_l1_loss),
    Case(
        "binary_cross_entropy_with_logits",
        yes_or_no(),
        F.binary_cross_entropy_with_logits,
        weights_by_name,
    ),
]

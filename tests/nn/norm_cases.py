"""Normalizations with what each is held against."""

import numpy as np
import torch
from hypothesis import strategies as st

from tests.nn.oracles import Case, Drawn, seeds

F = torch.nn.functional
epsilons = st.sampled_from([1e-5, 0.1])
few = st.integers(1, 3)


def spread(rng, shape):
    """Numbers whose neighbours along any axis differ: σ is never near 0, where rounding grows."""
    signs = (-1.0) ** np.indices(shape).sum(axis=0)
    return 1.5 * signs + 0.3 * rng.standard_normal(shape)


def scale_and_shift(draw, rng, shape):
    """Nothing, or γ and β."""
    return [rng.standard_normal(shape), rng.standard_normal(shape)] if draw(st.booleans()) else []


def running_second(function):
    """x, γ and β, then running estimates: the estimates in their place after x."""

    def arranged(x, *arrays, estimates=0, **options):
        scale = arrays[: len(arrays) - estimates]
        running = arrays[len(scale) :] or (None, None)
        return function(x, *running, *scale, **options)

    return arranged


@st.composite
def batches(draw):
    rng = np.random.default_rng(draw(seeds))
    places = draw(st.sampled_from([(), (2,), (2, 3)]))
    training = draw(st.booleans())
    channels = draw(few)
    x = spread(rng, (draw(st.integers(2 if training else 0, 3)), channels, *places))
    arrays = [x, *scale_and_shift(draw, rng, channels)]
    options = {"training": training, "eps": draw(epsilons)}
    if training:
        return Drawn(arrays, options=options)
    running = [rng.standard_normal(channels), rng.uniform(0.5, 2, channels)]
    return Drawn(arrays, running, {**options, "estimates": 2})


@st.composite
def instances(draw):
    rng = np.random.default_rng(draw(seeds))
    channels = draw(few)
    x = spread(rng, (draw(few), channels, *draw(st.sampled_from([(2,), (5,), (2, 3)]))))
    arrays, options = [x, *scale_and_shift(draw, rng, channels)], {"eps": draw(epsilons)}
    if draw(st.booleans()):
        return Drawn(arrays, options=options)
    running = [rng.standard_normal(channels), rng.uniform(0.5, 2, channels)]
    return Drawn(arrays, running, {**options, "use_input_stats": False, "estimates": 2})


@st.composite
def rows(draw):
    rng = np.random.default_rng(draw(seeds))
    shape = tuple(draw(st.lists(few, min_size=1, max_size=2)))
    shape = (*shape[:-1], shape[-1] + 1)
    leading = draw(st.sampled_from([(), (0,), (2,), (2, 2)]))
    arrays = [spread(rng, (*leading, *shape)), *scale_and_shift(draw, rng, shape)]
    return Drawn(arrays, options={"shape": shape, "eps": draw(epsilons)})


@st.composite
def groups(draw):
    rng = np.random.default_rng(draw(seeds))
    count, size = draw(few), draw(st.integers(2, 3))
    shape = (draw(st.integers(0, 3)), count * size, *draw(st.sampled_from([(), (2,), (2, 2)])))
    arrays = [spread(rng, shape), *scale_and_shift(draw, rng, count * size)]
    return Drawn(arrays, options={"shape": count, "eps": draw(epsilons)})


def shape_second(function):
    """The argument between x and γ, which has no gradient, in its place."""
    return lambda x, *scale, shape, **options: function(x, shape, *scale, **options)


@st.composite
def kernels(draw):
    rng = np.random.default_rng(draw(seeds))
    outputs = draw(few)
    weight = spread(rng, (outputs, *draw(st.sampled_from([(3,), (2, 1, 2), (1, 3, 3)]))))
    arrays = [weight]
    if draw(st.booleans()):
        arrays.append(rng.standard_normal(draw(st.sampled_from([(outputs,), (outputs, 1, 1, 1)]))))
    return Drawn(arrays, options={"scale": draw(st.sampled_from([1.0, 0.3])), "eps": 1e-3})


def standardized_by_batch_norm(weight, gain=None, scale=1.0, eps=1e-6):
    """Weight standardization is batch norm of one example whose channels are the outputs."""
    outputs = len(weight)
    gain = torch.ones(outputs, dtype=weight.dtype) if gain is None else gain.reshape(-1)
    rows = weight.reshape(1, outputs, -1)
    return F.batch_norm(rows, None, None, gain * scale, None, True, eps=eps).reshape(weight.shape)


NORM_CASES = [
    Case("batch_norm", batches(), F.batch_norm, running_second),
    Case("instance_norm", instances(), F.instance_norm, running_second),
    Case("layer_norm", rows(), F.layer_norm, shape_second),
    Case("group_norm", groups(), F.group_norm, shape_second),
    Case("weight_standardization", kernels(), standardized_by_batch_norm),
]

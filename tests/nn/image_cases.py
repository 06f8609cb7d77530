"""Operations on images with what each is held against; tiny ones, for the naive twins are slow."""

import warnings

import numpy as np
import torch
from hypothesis import strategies as st

from tests.nn.oracles import Case, Drawn, seeds

F = torch.nn.functional
one_or_two = st.integers(1, 2)
pairs = st.one_of(one_or_two, st.tuples(one_or_two, one_or_two))


def vertical(value):
    return value if isinstance(value, int) else value[0]


def horizontal(value):
    return value if isinstance(value, int) else value[1]


@st.composite
def convolution(draw):
    rng = np.random.default_rng(draw(seeds))
    groups = draw(st.sampled_from([1, 1, 2]))
    channels, outputs = groups * draw(one_or_two), groups * draw(one_or_two)
    kernel = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    options = {"dilation": draw(pairs), "groups": groups}
    options["padding"] = draw(st.sampled_from([0, 1, (0, 2), "same", "valid"]))
    options["stride"] = 1 if options["padding"] == "same" else draw(pairs)
    # As large as the kernel at least, so that no drawn case is refused.
    height = vertical(options["dilation"]) * (kernel[0] - 1) + draw(st.integers(1, 3))
    width = horizontal(options["dilation"]) * (kernel[1] - 1) + draw(st.integers(1, 3))
    arrays = [
        rng.standard_normal((draw(st.integers(0, 2)), channels, height, width)),
        rng.standard_normal((outputs, channels // groups, *kernel)),
    ]
    if draw(st.booleans()):
        arrays.append(rng.standard_normal(outputs))
    return Drawn(arrays, options=options)


@st.composite
def transposed_convolution(draw):
    rng = np.random.default_rng(draw(seeds))
    groups = draw(st.sampled_from([1, 1, 2]))
    channels, outputs = groups * draw(one_or_two), groups * draw(one_or_two)
    kernel = draw(st.integers(2, 3)), draw(st.integers(2, 3))
    options = {"stride": draw(pairs), "dilation": draw(pairs), "groups": groups}
    options["padding"] = draw(st.sampled_from([0, 0, (0, 1)]))
    room = [
        max(edge(options["stride"]), edge(options["dilation"])) - 1
        for edge in (vertical, horizontal)
    ]
    options["output_padding"] = tuple(draw(st.integers(0, most)) for most in room)
    size = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    arrays = [
        rng.standard_normal((draw(st.integers(0, 2)), channels, *size)),
        rng.standard_normal((channels, outputs // groups, *kernel)),
    ]
    if draw(st.booleans()):
        arrays.append(rng.standard_normal(outputs))
    return Drawn(arrays, options=options)


def conv2d_of_pytorch(*arguments, **options):
    """PyTorch warns that an even kernel and padding="same" cost it a copy."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'", UserWarning)
        return F.conv2d(*arguments, **options)


IMAGE_CASES = [
    Case("conv2d", convolution(), conv2d_of_pytorch),
    Case("conv_transpose2d", transposed_convolution(), F.conv_transpose2d),
]

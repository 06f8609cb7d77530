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


def distinct(rng, shape):
    """Numbers in random order none of which is near another: no maximum is near a tie."""
    return rng.permutation(np.prod(shape, dtype=int)).reshape(shape) * 0.1 - 2


def images(draw, rng, least=1):
    """Up to two images of up to two channels and five pixels along an axis."""
    sides = st.integers(least, 5)
    return distinct(rng, (draw(st.integers(0, 2)), draw(one_or_two), draw(sides), draw(sides)))


@st.composite
def maxima(draw):
    x = images(draw, np.random.default_rng(draw(seeds)), least=3)
    options = {"kernel_size": draw(st.sampled_from([2, 3, (2, 1)]))}
    options["stride"] = draw(st.sampled_from([None, 1, 2, (1, 2)]))
    if options["kernel_size"] == 2:
        options["dilation"] = draw(st.sampled_from([1, 2]))
    if draw(st.booleans()):
        options["ceil_mode"] = True
    elif options["kernel_size"] != (2, 1):
        options["padding"] = draw(st.sampled_from([0, 1, (0, 1)]))
    return Drawn([x], options=options)


@st.composite
def means(draw):
    x = images(draw, np.random.default_rng(draw(seeds)), least=3)
    options = {
        "kernel_size": draw(st.sampled_from([2, 3, (2, 3)])),
        "stride": draw(st.sampled_from([None, 1, 2, (1, 2)])),
        "padding": draw(st.sampled_from([0, 1, (0, 1)])),
        "ceil_mode": draw(st.booleans()),
        "count_include_pad": draw(st.booleans()),
        "divisor_override": draw(st.sampled_from([None, None, 3])),
    }
    return Drawn([x], options=options)


@st.composite
def adaptive_means(draw):
    sizes = st.integers(1, 6)
    size = draw(st.one_of(sizes, st.tuples(sizes, st.one_of(sizes, st.none()))))
    return Drawn([images(draw, np.random.default_rng(draw(seeds)))], options={"output_size": size})


@st.composite
def unpooling(draw):
    rng = np.random.default_rng(draw(seeds))
    x = images(draw, rng)
    kernel, stride = draw(st.sampled_from([2, 3])), draw(st.sampled_from([None, 2]))
    size = tuple((n - 1) * (stride or kernel) + kernel for n in x.shape[2:])
    if draw(st.booleans()):
        size = (size[0] + 1, size[1])
    planes = [
        rng.permutation(size[0] * size[1])[: x[0, 0].size] for _ in range(len(x) * x.shape[1])
    ]
    indices = np.array(planes, dtype=np.int64).reshape(x.shape)
    options = {"kernel_size": kernel, "stride": stride, "output_size": size}
    return Drawn([x], [indices], options)


@st.composite
def resizing(draw):
    x = images(draw, np.random.default_rng(draw(seeds)))
    mode = draw(st.sampled_from(["nearest", "bilinear"]))
    options = {"mode": mode}
    if mode == "bilinear":
        options["align_corners"] = draw(st.sampled_from([None, False, True]))
    if draw(st.booleans()):
        options["size"] = draw(st.one_of(st.integers(1, 7), st.tuples(*[st.integers(1, 7)] * 2)))
    else:
        options["scale_factor"] = draw(st.sampled_from([1, 2, 1.5, (3, 2), 2.75]))
    return Drawn([x], options=options)


def conv2d_of_pytorch(*arguments, **options):
    """PyTorch warns that an even kernel and padding="same" cost it a copy."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same'", UserWarning)
        return F.conv2d(*arguments, **options)


IMAGE_CASES = [
    Case("conv2d", convolution(), conv2d_of_pytorch),
    Case("conv_transpose2d", transposed_convolution(), F.conv_transpose2d),
    Case("max_pool2d", maxima(), F.max_pool2d),
    Case("avg_pool2d", means(), F.avg_pool2d),
    Case("adaptive_avg_pool2d", adaptive_means(), F.adaptive_avg_pool2d),
    Case("max_unpool2d", unpooling(), F.max_unpool2d),
    Case("interpolate", resizing(), F.interpolate),
]

"""Layers for images: equal to PyTorch's with its state dict loaded; one reads it back."""

import tracemalloc

import numpy as np
import pytest
import torch

from dlcourse import nn
from dlcourse.nn import ops
from tests.nn.oracles import DTYPES, close

# Each: the arguments that both constructors take, and the shape of the input.
LAYERS = [
    ("Conv2d", (4, 6, 3), {}, (2, 4, 7, 6)),
    ("Conv2d", (4, 6, (3, 2)), {"stride": 2, "padding": (1, 0), "bias": False}, (2, 4, 7, 6)),
    ("Conv2d", (4, 6, 3), {"padding": "same", "dilation": 2, "groups": 2}, (2, 4, 7, 6)),
    ("Conv2d", (4, 4, 3), {"padding": 1, "groups": 4}, (3, 4, 20, 20)),
    ("Conv2d", (4, 6, 1), {}, (2, 4, 9, 9)),
    ("Conv2d", (4, 6, 5), {}, (70, 4, 5, 5)),
    ("ConvTranspose2d", (4, 6, 3), {}, (2, 4, 5, 6)),
    (
        "ConvTranspose2d",
        (4, 6, 3),
        {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2, "dilation": 2},
        (2, 4, 5, 6),
    ),
    ("ConvTranspose2d", (4, 6, 2), {"stride": 2, "bias": False}, (1, 4, 16, 16)),
    ("MaxPool2d", (2,), {}, (2, 3, 8, 9)),
    (
        "MaxPool2d",
        (3,),
        {"stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True},
        (2, 3, 8, 9),
    ),
    ("AvgPool2d", ((2, 3),), {"stride": 1, "padding": (1, 0)}, (2, 3, 8, 9)),
    ("AvgPool2d", (3,), {"ceil_mode": True, "count_include_pad": False}, (2, 3, 8, 9)),
    ("AdaptiveAvgPool2d", ((3, None),), {}, (2, 3, 8, 9)),
    ("Upsample", (), {"scale_factor": 2}, (2, 3, 4, 5)),
    ("Upsample", (), {"scale_factor": (2.0, 1.5), "mode": "bilinear"}, (2, 3, 4, 5)),
    ("Upsample", ((9, 3),), {"mode": "bilinear", "align_corners": True}, (2, 3, 4, 5)),
    ("Flatten", (), {}, (2, 3, 4, 5)),
    ("Flatten", (2, 3), {}, (2, 3, 4, 5)),
    ("BatchNorm1d", (4,), {}, (6, 4)),
    ("BatchNorm1d", (4,), {"momentum": None, "eps": 0.1}, (6, 4, 3)),
    ("BatchNorm2d", (4,), {}, (2, 4, 5, 3)),
    ("BatchNorm2d", (4,), {"affine": False, "momentum": 0.3}, (2, 4, 5, 3)),
    ("InstanceNorm2d", (4,), {}, (2, 4, 5, 3)),
    ("InstanceNorm2d", (4,), {"affine": True, "track_running_stats": True}, (2, 4, 5, 3)),
    ("LayerNorm", (3,), {}, (2, 4, 3)),
    ("LayerNorm", ((5, 3),), {"bias": False}, (2, 4, 5, 3)),
    ("LayerNorm", (3,), {"elementwise_affine": False}, (2, 4, 3)),
    ("GroupNorm", (2, 4), {}, (2, 4, 5, 3)),
    ("GroupNorm", (4, 4), {"affine": False}, (2, 4, 5, 3)),
]


def named(layer):
    name, arguments, options, _ = layer
    listed = [*map(str, arguments), *(f"{key}={value}" for key, value in options.items())]
    return f"{name}({', '.join(listed)})"


def pair_of(layer, dtype):
    """The layer here and PyTorch's, with PyTorch's state, and an input."""
    name, arguments, options, shape = layer
    theirs = getattr(torch.nn, name)(*arguments, **options)
    ours = getattr(nn, name)(*arguments, **options)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    theirs.to(torch.from_numpy(np.zeros(0, dtype)).dtype)
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    return ours.to_dtype(dtype), theirs, x


@pytest.mark.parametrize("layer", LAYERS, ids=named)
@pytest.mark.parametrize("dtype", DTYPES)
def test_layers_equal_pytorch(layer, dtype):
    ours, theirs, x = pair_of(layer, dtype)
    leaf = torch.tensor(x, requires_grad=True)
    y, expected = ours(x), theirs(leaf)
    close(y, expected.detach().numpy())
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(dtype)
    expected.backward(torch.tensor(dy))
    close(ours.backward(dy), leaf.grad.numpy())
    for (name, our), (their_name, their) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert name == their_name
        close(our.grad, their.grad.numpy())
    for name, expected in theirs.state_dict().items():
        close(ours.state_dict()[name], expected.numpy())


@pytest.mark.parametrize("layer", LAYERS, ids=named)
def test_layers_read_as_in_pytorch(layer):
    ours, theirs, _ = pair_of(layer, np.float32)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("layer", LAYERS, ids=named)
def test_the_state_goes_back_to_pytorch(layer):
    ours, theirs, _ = pair_of(layer, np.float32)
    state = {name: torch.from_numpy(array) for name, array in ours.state_dict().items()}
    theirs.load_state_dict(state)


@pytest.mark.parametrize("layer", LAYERS, ids=named)
def test_an_empty_batch_passes_through(layer):
    ours, theirs, x = pair_of(layer, np.float32)
    ours.eval()
    theirs.eval()
    y = ours(x[:0])
    if layer[0] == "InstanceNorm2d":  # PyTorch's own raises an IndexError
        assert y.shape == x[:0].shape
    else:
        assert y.shape == theirs(torch.tensor(x[:0])).shape
    assert ours.backward(y).shape == x[:0].shape
    assert all((parameter.grad == 0).all() for parameter in ours.parameters())


CONVOLUTIONS = [layer for layer in LAYERS if layer[0].startswith("Conv")]


@pytest.mark.parametrize("layer", CONVOLUTIONS, ids=named)
def test_convolutions_leave_the_input_gradient_out_when_asked(layer):
    ours, _, x = pair_of(layer, np.float32)
    dy = np.ones_like(ours(x))
    assert ours.backward(dy, input_grad=False) is None
    kept = [parameter.grad for parameter in ours.parameters()]
    ours.zero_grad()
    ours(x)
    ours.backward(dy)
    for before, parameter in zip(kept, ours.parameters(), strict=True):
        np.testing.assert_array_equal(before, parameter.grad)


@pytest.mark.parametrize("size", [(9, 11), (10, 12), (2, 3, 9, 12)])
def test_a_transposed_convolution_finds_the_wished_size_as_pytorch_does(size):
    layer = ("ConvTranspose2d", (4, 3, 3), {"stride": 2, "padding": 1}, (2, 4, 5, 6))
    ours, theirs, x = pair_of(layer, np.float32)
    leaf = torch.tensor(x, requires_grad=True)
    y, expected = ours(x, output_size=size), theirs(leaf, output_size=size)
    close(y, expected.detach().numpy())
    expected.sum().backward()
    close(ours.backward(np.ones_like(y)), leaf.grad.numpy())
    with pytest.raises(ValueError, match=r"9 to 10 along axis 0, got \(11, 12\)"):
        ours(x, output_size=(11, 12))


@pytest.mark.parametrize("make", ["Conv2d", "ConvTranspose2d"])
def test_convolutions_start_as_in_pytorch(make):
    torch.manual_seed(0)
    ours = getattr(nn, make)(8, 240, 5, groups=2, rng=0)
    theirs = getattr(torch.nn, make)(8, 240, 5, groups=2)
    for our, their in zip(ours.parameters(), theirs.parameters(), strict=True):
        largest = np.abs(our.data).max(), their.abs().max().item()
        np.testing.assert_allclose(*largest, rtol=0.15)
        np.testing.assert_allclose(our.data.std(), largest[0] / 3**0.5, rtol=0.2)


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("padding", [0, 2, 4])
@pytest.mark.parametrize("stride", [1, 2, 7])
def test_bands_of_rows_change_nothing(monkeypatch, stride, padding, dilation):
    """A large sample is cut into bands: here of one or two rows, at the edges in the padding."""
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((3, 2, 11, 9)), rng.standard_normal((4, 2, 3, 3))
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    y, backward = ops.conv2d(x, weight, **options)
    dy = rng.standard_normal(y.shape)
    expected = backward(dy)
    transposed, back = ops.conv_transpose2d(dy, weight, **options)
    transposed_gradients = back(np.ones_like(transposed))
    for wide in (1, y.shape[3] + 1):
        monkeypatch.setattr("dlcourse.nn.ops.columns.PIECE_BYTES", 1)
        monkeypatch.setattr("dlcourse.nn.ops.columns.WIDE", wide)
        close(ops.conv2d(x, weight, **options)[0], y)
        for actual, oracle in zip(backward(dy)[:2], expected[:2], strict=True):
            close(actual, oracle)
        close(ops.conv_transpose2d(dy, weight, **options)[0], transposed)
        for actual, oracle in zip(
            back(np.ones_like(transposed))[:2], transposed_gradients[:2], strict=True
        ):
            close(actual, oracle)


@pytest.mark.parametrize("samples", [1, 3, 50])
def test_blocks_of_samples_change_nothing(samples):
    """Samples are taken in blocks that fit the cache; the last block is smaller."""
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((samples, 6, 14, 14)), rng.standard_normal((4, 6, 5, 5))
    y, backward = ops.conv2d(x, weight)
    each = [ops.conv2d(x[n : n + 1], weight) for n in range(samples)]
    close(y, np.concatenate([one for one, _ in each]))
    dy = rng.standard_normal(y.shape)
    dx, dweight, _ = backward(dy)
    alone = [back(dy[n : n + 1]) for n, (_, back) in enumerate(each)]
    close(dx, np.concatenate([one[0] for one in alone]))
    close(dweight, sum(one[1] for one in alone))


@pytest.mark.parametrize(
    ("samples", "channels", "size"), [(8, 64, 32), (1, 16, 256)], ids=["batch", "one large image"]
)
def test_a_convolution_takes_at_most_twice_what_its_results_take(samples, channels, size):
    """PyTorch holds the results as well, so that its peak is no smaller than they are."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((samples, channels, size, size), dtype=np.float32)
    weight = rng.standard_normal((channels, channels, 3, 3), dtype=np.float32)
    dy = np.ones_like(x)
    tracemalloc.start()
    try:
        y, backward = ops.conv2d(x, weight, padding=1)
        forward_peak = tracemalloc.get_traced_memory()[1]
        dx, dweight, _ = backward(dy)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    held = x.nbytes + weight.nbytes
    assert held + forward_peak <= 2 * (held + y.nbytes)
    results = y.nbytes + dx.nbytes + dweight.nbytes
    assert held + dy.nbytes + peak <= 2 * (held + dy.nbytes + results)


def test_the_transposed_convolution_is_the_gradient_of_the_convolution():
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 3, 8, 8)), rng.standard_normal((4, 3, 3, 3))
    y, backward = ops.conv2d(x, weight, stride=2, padding=1)
    dy = rng.standard_normal(y.shape)
    back, _ = ops.conv_transpose2d(dy, weight, stride=2, padding=1, output_padding=1)
    close(back, backward(dy)[0])


def test_the_worked_convolutions_of_the_lectures():
    kernel = np.array([[[[0.0, 1, -1], [1, 0, 1], [1, 2, 0]]]])
    image = np.array([[[[1.0, 2, 3, 1], [4, 5, 6, 3], [7, 8, 9, 8]]]])
    np.testing.assert_array_equal(ops.conv2d(image, kernel)[0], [[[[32, 36]]]])
    assert ops.conv2d(np.zeros((1, 1, 100, 100)), kernel)[0].shape[2:] == (98, 98)

    rows = ["100001", "010010", "001100", "100010", "010010", "001010"]
    image = np.array([[[[float(pixel) for pixel in row] for row in rows]]])
    diagonal = 2 * np.eye(3)[None, None] - 1
    upright = np.array([[[[-1.0, 1, -1]] * 3]])
    first, _ = ops.conv2d(image, diagonal)
    np.testing.assert_array_equal(
        first[0, 0], [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
    )
    strided, _ = ops.conv2d(image, diagonal, stride=3)
    np.testing.assert_array_equal(strided[0, 0], [[3, -1], [3, -1]])
    second, _ = ops.conv2d(image, upright)
    np.testing.assert_array_equal(ops.max_pool2d(first, 2)[0][0, 0], [[3, 0], [3, 1]])
    np.testing.assert_array_equal(ops.max_pool2d(second, 2)[0][0, 0], [[-1, 1], [0, 3]])


@pytest.mark.parametrize("dtype", DTYPES)
def test_pooled_maxima_go_back_to_their_places_as_in_pytorch(dtype):
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 8)).astype(dtype)
    pool, unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
    leaf = torch.tensor(x, requires_grad=True)
    their_y, their_indices = torch.nn.MaxPool2d(2, return_indices=True)(leaf)
    expected = torch.nn.MaxUnpool2d(2)(their_y, their_indices, output_size=x.shape)
    y, indices = pool(x)
    close(indices, their_indices.numpy())
    back = unpool(y, indices, x.shape)
    close(back, expected.detach().numpy())
    dy = np.random.default_rng(1).standard_normal(back.shape).astype(dtype)
    expected.backward(torch.tensor(dy))
    close(pool.backward(unpool.backward(dy)), leaf.grad.numpy())
    assert repr(unpool) == repr(torch.nn.MaxUnpool2d(2))


@pytest.mark.parametrize("options", [{}, {"stride": 1}, {"padding": 1}, {"ceil_mode": True}])
def test_of_equal_maxima_the_first_has_index_and_gradient_as_in_pytorch(options):
    x = np.random.default_rng(0).integers(3, size=(2, 2, 5, 5)).astype(float)
    leaf = torch.tensor(x, requires_grad=True)
    expected, places = torch.nn.functional.max_pool2d(leaf, 2, **options, return_indices=True)
    expected.sum().backward()
    (y, indices), backward = ops.max_pool2d(x, 2, **options, return_indices=True)
    close(y, expected.detach().numpy())
    close(indices, places.numpy())
    close(backward(np.ones_like(y)), leaf.grad.numpy())

"""Output sizes as PyTorch has them, and receptive fields as inputs that change outputs."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlcourse import nn
from dlcourse.nn import signal
from dlcourse.nn.signal import ReceptiveField, output_size, receptive_field

F = torch.nn.functional


@settings(max_examples=200, deadline=None)
@given(
    n=st.integers(1, 20),
    k=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.integers(0, 4),
    dilation=st.integers(1, 3),
    extra=st.integers(0, 3),
    transposed=st.booleans(),
)
def test_output_size_is_the_length_of_pytorchs_output(
    n, k, stride, padding, dilation, extra, transposed
):
    x, kernel = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
    arguments = (n, k, stride, padding, dilation)
    assume(not transposed or extra < max(stride, dilation))
    try:
        if transposed:
            options = {"transposed": True, "output_padding": extra}
            y = F.conv_transpose1d(x, kernel, None, stride, padding, extra, 1, dilation)
        else:
            options = {}
            y = F.conv1d(x, kernel, None, stride, padding, dilation)
    except RuntimeError:
        with pytest.raises(ValueError, match="nothing is left"):
            output_size(*arguments, **options)
    else:
        assert output_size(*arguments, **options) == y.shape[-1]


@pytest.mark.parametrize("padding", ["same", "valid", 1, (1, 0)])
def test_every_axis_has_its_size(padding):
    layer = torch.nn.Conv2d(1, 1, (3, 4), padding=padding, dilation=(1, 2))
    expected = tuple(layer(torch.zeros(1, 1, 9, 10)).shape[2:])
    assert output_size((9, 10), (3, 4), padding=padding, dilation=(1, 2)) == expected


def test_deck_004s_puzzle():
    assert output_size((100, 100), 3) == (98, 98)
    assert output_size(100, 3, padding=1) == 100
    assert output_size(100, 3, stride=2, padding=1) == 50


def measured(stack, size):
    """Which inputs, of so many, the outputs of a torch stack of 1-D layers depend on.

    Weights and inputs are positive, so that every raised input raises what depends on it. Returns
    the first and the last input that changes an output, for the outputs in the middle third, whose
    numbers come with them: the edges have padding.
    """
    for parameter in stack.parameters():
        torch.nn.init.ones_(parameter)
    x = torch.ones(1, 1, size, dtype=torch.float64)
    with torch.no_grad():
        raised = stack(x + 1000 * torch.eye(size, dtype=torch.float64)[:, None])
        depends = (raised != stack(x))[:, 0].numpy()  # (inputs, outputs)
    first = depends.argmax(axis=0)
    last = size - 1 - depends[::-1].argmax(axis=0)
    count = depends.shape[1]
    inner = np.arange(count // 3, 2 * count // 3)
    return first[inner], last[inner], inner


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_receptive_field_is_what_changes_an_output(data):
    specs, modules = [], []
    for _ in range(data.draw(st.integers(1, 3))):
        kernel, stride = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 2))
        kind = data.draw(st.sampled_from(["conv", "max", "average"]))
        padding = data.draw(st.integers(0, kernel // 2))
        dilation = data.draw(st.integers(1, 3)) if kind == "conv" else 1
        specs.append((kernel, stride, padding, dilation))
        if kind == "conv":
            modules.append(
                torch.nn.Conv1d(1, 1, kernel, stride, padding, dilation, dtype=torch.float64)
            )
        else:
            pool = {"max": torch.nn.MaxPool1d, "average": torch.nn.AvgPool1d}[kind]
            modules.append(pool(kernel, stride, padding))
    first, last, inner = measured(torch.nn.Sequential(*modules), size=200)
    field = receptive_field(specs)
    assert len(inner) > 3
    np.testing.assert_array_equal(first, field.start + inner * field.stride)
    np.testing.assert_array_equal(last - first + 1, field.size)


def test_three_dilated_layers_see_3_7_and_15():
    stack = [(3, 1, 0, 1), (3, 1, 0, 2), (3, 1, 0, 4)]
    assert [receptive_field(stack[:n]).size for n in (1, 2, 3)] == [3, 7, 15]


def test_deck_001s_chain_sees_7_at_stride_4():
    layers = [nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 4, 1), nn.MaxPool2d(3, 2, 1)]
    assert receptive_field(layers) == ReceptiveField((7, 7), (4, 4), (-3, -3))
    assert receptive_field([(3, 2, 1), (1, 1, 0), (1, 1, 0), (3, 2, 1)]) == ReceptiveField(7, 4, -3)


def test_the_deck_halves_odd_kernels_only():
    """Deck 001 adds ⌊k / 2⌋ · 2 for a k × 1 filter: right for 3, one too many for 2."""
    assert receptive_field([(3,)]).size == 1 + 3 // 2 * 2
    assert receptive_field([(2,)]).size == 2 != 1 + 2 // 2 * 2


def test_a_network_of_modules_is_measured_through_its_gradient():
    """Average pooling in place of max: its gradient reaches everything that it reads."""
    block = nn.Residual(
        nn.Sequential(nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.GELU(), nn.Conv2d(5, 5, 2)),
        nn.Conv2d(3, 5, 1, stride=2),
    )
    net = nn.Sequential(
        nn.Conv2d(1, 3, (3, 5), padding="same", dilation=(2, 1)),
        nn.BatchNorm2d(3),
        nn.Sequential(nn.Softplus(), nn.Dropout(0.5)),
        block,
        nn.AvgPool2d((2, 1)),
    )
    # A shortcut that is cropped to the body's size would be another network: let it fit.
    block.shortcut = nn.Sequential(block.shortcut, nn.AvgPool2d((2, 2), stride=1))
    net.double().eval()
    x = np.random.default_rng(0).standard_normal((1, 1, 40, 41))
    y = net(x)
    dy = np.zeros_like(y)
    place = (4, 9)
    dy[0, 0, place[0], place[1]] = 1
    rows, columns = np.nonzero(net.backward(dy)[0, 0])
    field = receptive_field(net)
    for axis, seen in enumerate((rows, columns)):
        assert seen.min() == field.start[axis] + place[axis] * field.stride[axis]
        assert seen.max() - seen.min() + 1 == field.size[axis]


def test_no_layer_sees_one_input():
    assert receptive_field([]) == ReceptiveField(1, 1, 0)
    assert receptive_field(nn.Sequential(nn.ReLU())) == ReceptiveField(1, 1, 0)


def test_arguments_of_one_and_of_two_axes_go_together():
    assert receptive_field([(3, 2), ((1, 5), 1, (0, 2))]) == ReceptiveField(
        (3, 11), (2, 2), (0, -4)
    )


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: output_size(2, 3), ValueError, "nothing is left of size 2.*spans 3"),
        (lambda: output_size(2.0, 3), ValueError, "size must be an integer.*2.0"),
        (lambda: output_size(4, 3, stride=0), ValueError, "stride.*at least 1.*0"),
        (lambda: output_size(4, 3, padding="full"), ValueError, "'same'.*'full'"),
        (lambda: output_size(4, 3, stride=2, padding="same"), ValueError, "stride 1, got 2"),
        (lambda: output_size(4, 3, output_padding=1), ValueError, "output_padding.*1"),
        (lambda: output_size(4, 3, padding="same", transposed=True), ValueError, "'same'"),
        (lambda: output_size((4, 4), (3, 3, 3)), ValueError, r"one length.*\[2, 3\]"),
        (lambda: receptive_field([nn.Flatten()]), TypeError, "Flatten.*layers before it"),
        (lambda: receptive_field(nn.ConvTranspose2d(1, 1, 3)), TypeError, "ConvTranspose2d"),
        (lambda: receptive_field([3, 1]), TypeError, "kernel_size, stride.*got 3"),
        (lambda: receptive_field([(3, 0)]), ValueError, "stride.*0"),
        (lambda: receptive_field([((3, 3),), ((3, 3, 3),)]), ValueError, r"one length.*\[2, 3\]"),
        (
            lambda: receptive_field(nn.Residual(nn.Conv2d(1, 1, 3, stride=2))),
            ValueError,
            r"strides \(2, 2\) and 1",
        ),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_every_public_name_is_exported():
    assert set(signal.__all__) <= set(dir(signal))

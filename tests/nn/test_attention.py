"""Attention and the encoder layer: masks, dropout, blocks; equal to PyTorch's layers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import nn
from dlcourse.nn import ops
from tests.nn.oracles import DTYPES, close

attend = ops.scaled_dot_product_attention
dtypes = pytest.mark.parametrize("dtype", DTYPES)
rng = np.random.default_rng(0)


def reseed(data):
    """Draw the seed of all that is random in a test, so that a failure can be repeated."""
    global rng
    seed = data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)


def random(*shape, dtype=np.float64):
    return rng.standard_normal(shape).astype(dtype)


def tensor(array):
    return None if array is None else torch.tensor(array)


def pair_of(kind, *arguments, dtype, **options):
    """The layer here and PyTorch's, with PyTorch's state; biases are made to matter."""
    theirs = getattr(torch.nn, kind)(*arguments, **options)
    with torch.no_grad():
        for parameter in theirs.parameters():
            if parameter.ndim == 1:
                parameter += 0.1 * torch.tensor(rng.standard_normal(parameter.shape))
    ours = getattr(nn, kind)(*arguments, **options)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    return ours.to_dtype(dtype), theirs.to(torch.from_numpy(np.zeros(0, dtype)).dtype)


def equal_gradients(ours, theirs, dx, tensors_in):
    for actual, leaf in zip(dx, tensors_in, strict=True):
        close(actual, leaf.grad.numpy())
    for (name, our), (their_name, their) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert name == their_name
        close(our.grad, their.grad.numpy())


def masks_for(draw, queries, keys, batch, heads, dtype):
    """key_padding_mask and attn_mask or Nones; the first key is hidden from nobody."""
    padding = draw(st.booleans())
    shape = draw(st.sampled_from([None, (queries, keys), (batch * heads, queries, keys)]))
    floats = draw(st.booleans())

    def mask(*shape):
        ignored = rng.random(shape) < 0.4
        ignored[..., 0] = False
        return np.where(ignored, -np.inf, random(*shape)).astype(dtype) if floats else ignored

    return mask(batch, keys) if padding else None, mask(*shape) if shape else None


@dtypes
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_multihead_attention_equals_pytorch(dtype, data):
    reseed(data)
    draw = data.draw
    heads, (queries, keys, batch) = (
        draw(st.integers(1, 3)),
        draw(st.tuples(*[st.integers(1, 4)] * 3)),
    )
    widths = draw(st.sampled_from([(None, None), (5, None), (None, 2), (5, 2)]))
    options = {"batch_first": draw(st.booleans()), "bias": draw(st.booleans())}
    options |= {"kdim": widths[0], "vdim": widths[1]}
    ours, theirs = pair_of("MultiheadAttention", 2 * heads, heads, dtype=dtype, **options)
    single = draw(st.booleans())
    batch = 1 if single else batch
    padding, mask = masks_for(draw, queries, keys, batch, heads, dtype)
    padding = padding[0] if single and padding is not None else padding

    def shape(length, width):
        if single:
            return length, width
        return (batch, length, width) if options["batch_first"] else (length, batch, width)

    sizes = [(queries, 2 * heads), (keys, ours.kdim), (keys, ours.vdim)]
    inputs = [random(*shape(*size), dtype=dtype) for size in sizes]
    leaves = [torch.tensor(array, requires_grad=True) for array in inputs]
    how = {"need_weights": draw(st.booleans()), "average_attn_weights": draw(st.booleans())}
    y, weights = ours(*inputs, key_padding_mask=padding, attn_mask=mask, **how)
    expected, their_weights = theirs(
        *leaves, key_padding_mask=tensor(padding), attn_mask=tensor(mask), **how
    )
    close(y, expected.detach().numpy())
    dy, loss = random(*y.shape, dtype=dtype), 0
    dweights = None
    if how["need_weights"]:
        close(weights, their_weights.detach().numpy())
        if draw(st.booleans()):
            dweights = random(*weights.shape, dtype=dtype)
            loss = (their_weights * torch.tensor(dweights)).sum()
    else:
        assert weights is None is their_weights
    ((expected * torch.tensor(dy)).sum() + loss).backward()
    dx = ours.backward(dy if dweights is None else (dy, dweights))
    equal_gradients(ours, theirs, dx, leaves)


@dtypes
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_encoder_layer_equals_pytorch(dtype, data):
    reseed(data)
    draw = data.draw
    options = {name: draw(st.booleans()) for name in ("batch_first", "norm_first", "bias")}
    options["activation"] = draw(st.sampled_from(["relu", "gelu"]))
    ours, theirs = pair_of("TransformerEncoderLayer", 4, 2, 5, 0.0, dtype=dtype, **options)
    length, batch = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    padding, mask = masks_for(draw, length, length, batch, 2, dtype)
    x = random(*((batch, length) if options["batch_first"] else (length, batch)), 4, dtype=dtype)
    leaf = torch.tensor(x, requires_grad=True)
    y, expected = ours(x, mask, padding), theirs(leaf, tensor(mask), tensor(padding))
    close(y, expected.detach().numpy())
    dy = random(*y.shape, dtype=dtype)
    expected.backward(torch.tensor(dy))
    equal_gradients(ours, theirs, [ours.backward(dy)], [leaf])


def test_one_sequence_and_the_future_hidden_in_the_encoder_layer():
    ours, theirs = pair_of("TransformerEncoderLayer", 4, 2, 5, 0.0, dtype=np.float64)
    x = random(5, 4)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(5, dtype=torch.float64)
    close(ours(x, is_causal=True), theirs(torch.tensor(x), mask, is_causal=True).detach().numpy())
    changed = x.copy()
    changed[3:] += 1
    close(ours(changed, is_causal=True)[:3], ours(x, is_causal=True)[:3])


def test_true_ignores_in_the_layer_and_attends_in_the_operation():
    x = random(1, 4, 6)
    layer = nn.MultiheadAttention(6, 1, batch_first=True, rng=0).double()
    hidden = rng.random((4, 4)) < 0.5
    hidden[:, 0] = False
    weights, biases = layer.projection_arrays()
    q, k, v = (ops.linear(x, *parts)[0] for parts in zip(weights, biases, strict=True))
    expected, _ = attend(q, k, v, ~hidden, need_weights=True)
    close(layer(x, x, x, attn_mask=hidden)[1], expected[1])
    mixed = layer(x, x, x, attn_mask=hidden, is_causal=True)[1]
    assert (mixed[:, hidden] == 0).all()
    assert (np.triu(mixed, 1) == 0).all()
    close(mixed.sum(-1), np.ones((1, 4)))
    floats = np.where(hidden, -np.inf, 0.0)
    close(layer(x, x, x, attn_mask=floats, is_causal=True)[1], mixed)


@dtypes
@pytest.mark.parametrize("need_weights", [True, False])
def test_a_query_that_sees_nothing_gets_zeros(dtype, need_weights):
    ours, theirs = pair_of("MultiheadAttention", 4, 2, dtype=dtype, batch_first=True)
    x = random(2, 3, 4, dtype=dtype)
    padding = np.array([[False, False, True], [True, True, True]])
    y, _ = ours(x, x, x, padding, need_weights=need_weights)
    leaf = torch.tensor(x, requires_grad=True)
    expected, _ = theirs(leaf, leaf, leaf, torch.tensor(padding), need_weights=False)
    close(y, expected.detach().numpy())
    np.testing.assert_allclose(y[1], np.tile(ours.out_proj.bias.data, (3, 1)), rtol=1e-6)
    dy = random(*y.shape, dtype=dtype)
    expected.backward(torch.tensor(dy))
    close(sum(ours.backward(dy)), leaf.grad.numpy())


@pytest.mark.parametrize("block_bytes", [1, 100, 10**9])
def test_the_size_of_a_block_changes_nothing(block_bytes, monkeypatch):
    q, k, v = random(3, 2, 5, 4), random(3, 2, 6, 4), random(3, 2, 6, 3)
    masks = [None, rng.random((3, 1, 1, 6)) < 0.7, rng.random((3, 2, 5, 6)) < 0.7, random(2, 5, 6)]
    expected = [attend(q, k, v, mask, need_weights=True) for mask in masks]
    monkeypatch.setattr(ops.attention, "BLOCK_BYTES", block_bytes)
    dy = random(3, 2, 5, 3), random(3, 2, 5, 6)
    for mask, (y, backward) in zip(masks, expected, strict=True):
        actual, actual_backward = attend(q, k, v, mask, need_weights=True)
        close(actual, y)
        close(actual_backward(dy), backward(dy))


@pytest.mark.parametrize(("queries", "keys"), [(9, 9), (9, 4), (4, 9), (1, 3), (0, 2)])
@pytest.mark.parametrize("part_rows", [1, 2, 100])
def test_a_causal_mask_in_parts_is_the_whole_mask(queries, keys, part_rows, monkeypatch):
    monkeypatch.setattr(ops.attention, "PART_ROWS", part_rows)
    q, k, v = random(2, queries, 3), random(2, keys, 3), random(2, keys, 2)
    mask = np.tril(np.ones((queries, keys), dtype=bool))
    expected, expected_backward = attend(q, k, v, mask, need_weights=True)
    y, backward = attend(q, k, v, is_causal=True, need_weights=True)
    close(y, expected)
    dy = random(2, queries, 2), random(2, queries, keys)
    close(backward(dy), expected_backward(dy))
    assert nn.gradcheck(
        lambda *qkv: attend(*qkv, is_causal=True, dropout_p=0.3, rng=1), q[:1], k[:1], v[:1]
    )


@dtypes
def test_large_scores_stay_finite(dtype):
    q = np.array([[1e4, -1e4], [3e4, 1e-3]], dtype=dtype)
    y, backward = attend(q, q, q)
    assert np.isfinite(y).all()
    assert all(np.isfinite(d).all() for d in backward(y))


def test_dropout_zeroes_a_share_of_the_weights_and_raises_the_others():
    q, k, identity = random(4, 200, 8), random(4, 50, 8), np.tile(np.eye(50), (4, 1, 1))
    (y, weights), _ = attend(q, k, identity, dropout_p=0.3, need_weights=True, rng=0)
    kept = y != 0
    assert abs(kept.mean() - 0.7) < 5 * np.sqrt(0.3 * 0.7 / y.size)
    close(y[kept], weights[kept] / 0.7)
    close(weights, attend(q, k, identity)[0])
    close(attend(q, k, identity, dropout_p=1.0)[0], np.zeros_like(y))


def test_gradients_with_dropout_equal_numerical_ones():
    q, k, v = random(2, 3, 2), random(2, 4, 2), random(2, 4, 3)
    for need_weights in (True, False):
        assert nn.gradcheck(
            lambda *qkv, w=need_weights: attend(*qkv, dropout_p=0.4, need_weights=w, rng=3), q, k, v
        )


def test_dropout_of_the_layers_acts_in_training_alone():
    x = random(2, 5, 4)
    for layer in (
        nn.MultiheadAttention(4, 2, dropout=0.5, batch_first=True, rng=0).double(),
        nn.TransformerEncoderLayer(4, 2, 8, dropout=0.5, batch_first=True, rng=0).double(),
    ):
        inputs = (x, x, x) if isinstance(layer, nn.MultiheadAttention) else (x,)

        def output(layer=layer, inputs=inputs):
            y = layer(*inputs)
            return y[0] if isinstance(y, tuple) else y

        assert not np.allclose(output(), output())
        layer.eval()
        close(output(), output())


def test_modules_pass_the_gradient_check():
    x = random(2, 3, 4)
    layer = nn.MultiheadAttention(4, 2, kdim=3, batch_first=True, rng=0).double()
    assert nn.gradcheck(layer, x, random(2, 5, 3), random(2, 5, 4))
    for norm_first in (False, True):
        block = nn.TransformerEncoderLayer(4, 2, 6, 0.0, "gelu", norm_first=norm_first, rng=0)
        assert nn.gradcheck(block.double(), x)


def test_first_values_are_those_of_pytorch():
    layer = nn.MultiheadAttention(64, 4, rng=0)
    bound = np.sqrt(6 / (4 * 64))
    assert 0.99 * bound < abs(layer.in_proj_weight.data).max() <= bound
    assert not layer.in_proj_bias.data.any()
    assert not layer.out_proj.bias.data.any()
    assert abs(layer.out_proj.weight.data).max() <= 1 / 8
    again = nn.MultiheadAttention(64, 4, rng=0)
    np.testing.assert_array_equal(layer.in_proj_weight.data, again.in_proj_weight.data)


x32 = np.ones((4, 2, 6), dtype=np.float32)
layer = nn.MultiheadAttention(6, 2)
encoder = nn.TransformerEncoderLayer(6, 2, 8)
Q = np.ones((2, 3, 4))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: attend(Q[0, 0], Q, Q), ValueError, ["(..., L, E)", "(4,)"]),
        (lambda: attend(Q, Q[:1], Q), ValueError, ["leading axes", "(1, 3, 4)"]),
        (lambda: attend(Q, Q[..., :2], Q), ValueError, ["same last axis", "(2, 3, 2)"]),
        (lambda: attend(Q, Q, Q[:, :2]), ValueError, ["number of rows", "(2, 2, 4)"]),
        (lambda: attend(Q, Q[:, :0], Q[:, :0]), ValueError, ["at least one key", "(2, 0, 4)"]),
        (lambda: attend(Q, Q.astype(np.float32), Q), TypeError, ["key", "float32"]),
        (lambda: attend(Q, Q, Q, np.ones((3, 2), bool)), ValueError, ["(2, 3, 3)", "(3, 2)"]),
        (lambda: attend(Q, Q, Q, np.ones((3, 3), int)), TypeError, ["True: attend", "int64"]),
        (lambda: attend(Q, Q, Q, np.ones((3, 3)), is_causal=True), ValueError, ["not both"]),
        (lambda: attend(Q, Q, Q, dropout_p=2), ValueError, ["dropout_p", "2"]),
        (lambda: layer(x32, x32, x32[..., :4]), ValueError, ["(S, N, 6)", "(4, 2, 4)"]),
        (lambda: layer(x32, x32[:, 0], x32), ValueError, ["without N", "(4, 6)"]),
        (lambda: layer(x32, x32[:3], x32), ValueError, ["one length", "(3, 2, 6)"]),
        (lambda: layer(x32, x32[:, :1], x32[:, :1]), ValueError, ["one N", "(4, 1, 6)"]),
        (
            lambda: layer(x32, x32, x32, np.ones((4, 2), bool)),
            ValueError,
            ["key_padding_mask", "(2, 4)", "(4, 2)"],
        ),
        (
            lambda: layer(x32, x32, x32, attn_mask=np.ones((2, 4, 4), bool)),
            ValueError,
            ["attn_mask", "(4, 4)", "(2, 4, 4)"],
        ),
        (
            lambda: layer(x32, x32, x32, attn_mask=np.ones((4, 4), int)),
            TypeError,
            ["True: ignore", "int64"],
        ),
        (
            lambda: layer.forward(x32, x32, x32, need_weights=False)[1]((x32, x32)),
            ValueError,
            ["part 1", "None"],
        ),
        (lambda: nn.MultiheadAttention(6, 4), ValueError, ["divide", "4 for 6"]),
        (lambda: nn.MultiheadAttention(6, 0), ValueError, ["num_heads", "0"]),
        (lambda: nn.MultiheadAttention(6, 2, 1.5), ValueError, ["dropout", "1.5"]),
        (lambda: encoder(x32[..., :4]), ValueError, ["(L, N, 6)", "(4, 2, 4)"]),
        (
            lambda: nn.TransformerEncoderLayer(6, 2, activation="elu"),
            ValueError,
            ["'gelu'", "'elu'"],
        ),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert [part for part in says if part not in message] == [], message
    assert "\n" not in message

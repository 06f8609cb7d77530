"""Recurrent layers and cells: equal to PyTorch's, and the forms that PyTorch does not have."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import nn
from dlcourse.nn import ops
from tests.nn.oracles import DTYPES, close, leaves, mapped

rng = np.random.default_rng(0)
KINDS = ["RNN", "LSTM", "GRU"]
kinds = pytest.mark.parametrize("kind", KINDS)
dtypes = pytest.mark.parametrize("dtype", DTYPES)


def reseed(data):
    """Draw the seed of all that is random in a test, so that a failure can be repeated."""
    global rng
    seed = data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)


def random(*shape, dtype=np.float64):
    return rng.standard_normal(shape).astype(dtype)


def tensors(structure):
    return mapped(lambda part: torch.tensor(part, requires_grad=True), structure)


def arrays(structure):
    return mapped(lambda part: part.detach().numpy(), structure)


def twins(kind, *arguments, dtype=np.float64, **options):
    """The layer here and PyTorch's, with PyTorch's state."""
    theirs = getattr(torch.nn, kind)(*arguments, **options)
    ours = getattr(nn, kind)(*arguments, **options)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    return ours.to_dtype(dtype), theirs.to(torch.from_numpy(np.zeros(0, dtype)).dtype)


def equal_in_both_directions(ours, theirs, inputs):
    """Compare outputs, the gradients of the inputs and those of the parameters."""
    theirs_in = tensors(inputs)
    y, expected = ours(*inputs), theirs(*theirs_in)
    close(y, arrays(expected))
    dy = mapped(lambda part: random(*part.shape, dtype=part.dtype), y)
    torch.autograd.backward(leaves(expected), list(map(torch.tensor, leaves(dy))))
    dx = ours.backward(dy)
    close(
        dx if len(inputs) > 1 else (dx,),
        mapped(lambda leaf: leaf.grad.numpy(), theirs_in),
    )
    for (name, our), (their_name, their) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert name == their_name
        close(our.grad, their.grad.numpy())


@kinds
@dtypes
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_layers_equal_pytorch(kind, dtype, data):
    reseed(data)
    booleans = st.booleans()
    options = {name: data.draw(booleans) for name in ("bias", "batch_first", "bidirectional")}
    options["num_layers"] = data.draw(st.integers(1, 3))
    if kind == "RNN":
        options["nonlinearity"] = data.draw(st.sampled_from(["tanh", "relu"]))
    length, batch = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    ours, theirs = twins(kind, 3, 2, dtype=dtype, **options)
    single, given_state = data.draw(booleans), data.draw(booleans)
    sizes = (batch, length) if options["batch_first"] else (length, batch)
    inputs = (random(*((length,) if single else sizes), 3, dtype=dtype),)
    if given_state:
        places = options["num_layers"] * (2 if options["bidirectional"] else 1)
        shape = (places, 2) if single else (places, batch, 2)
        state = random(*shape, dtype=dtype), random(*shape, dtype=dtype)
        inputs += (state if kind == "LSTM" else state[0],)
    equal_in_both_directions(ours, theirs, inputs)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(3,), (1, 3), (4, 3)])
@pytest.mark.parametrize("given_state", [True, False])
@dtypes
def test_cells_equal_pytorch(kind, bias, shape, given_state, dtype):
    ours, theirs = twins(kind, 3, 2, bias, dtype=dtype)
    inputs = (random(*shape, dtype=dtype),)
    if given_state:
        state = tuple(random(*shape[:-1], 2, dtype=dtype) for _ in range(2))
        inputs += (state if kind == "LSTMCell" else state[0],)
    equal_in_both_directions(ours, theirs, inputs)


@kinds
def test_a_cell_in_a_loop_is_the_layer(kind):
    layer, cell = getattr(nn, kind)(3, 4, rng=0).double(), getattr(nn, kind + "Cell")(3, 4)
    cell.double().load_state_dict({k[: -len("_l0")]: v for k, v in layer.state_dict().items()})
    x = random(5, 2, 3)
    state = mapped(np.zeros_like, (x[0, :, :1].repeat(4, 1),) * 2)
    state = state if kind == "LSTM" else state[0]
    outputs = []
    for x_t in x:
        state = cell(x_t, state)
        outputs.append(state[0] if kind == "LSTM" else state)
    output, _ = layer(x)
    close(np.stack(outputs), output)
    doutput = random(*output.shape)
    dstate = mapped(np.zeros_like, state)
    dx = np.empty_like(x)
    for t in reversed(range(5)):
        dh, *dc = dstate if kind == "LSTM" else (dstate,)
        dx[t], dstate = cell.backward((dh + doutput[t], *dc) if dc else dh + doutput[t])
    close(dx, layer.backward(doutput))
    for ours, theirs in zip(cell.parameters(), layer.parameters(), strict=True):
        close(ours.grad, theirs.grad)


@kinds
def test_a_part_that_the_loss_leaves_out_counts_as_zero(kind):
    layer = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True, rng=0).double()
    x = random(5, 2, 3)
    y = layer(x)
    zeros = mapped(np.zeros_like, y)
    output, last = y
    doutput, dlast = random(*output.shape), mapped(lambda part: random(*part.shape), last)

    def gradients(dy):
        layer.zero_grad()
        layer(x)
        return [layer.backward(dy), *(p.grad for p in layer.parameters())]

    pairs = [(doutput, (doutput, zeros[1])), ((doutput, None), (doutput, zeros[1]))]
    pairs += [((None, dlast), (zeros[0], dlast)), ((None, None), zeros)]
    if kind == "LSTM":
        pairs += [((None, (None, dlast[1])), (zeros[0], (zeros[1][0], dlast[1])))]
    for short, full in pairs:
        close(tuple(gradients(short)), tuple(gradients(full)))


@kinds
def test_layers_pass_the_gradient_check_with_their_states(kind):
    layer = getattr(nn, kind)(2, 3, num_layers=2, bidirectional=True, rng=0).double()
    state = random(4, 2, 3), random(4, 2, 3)
    x = random(3, 2, 2)
    report = nn.gradcheck(layer, x, state if kind == "LSTM" else state[0])
    assert len(report.checks) == (3 if kind == "LSTM" else 2) + 16


@pytest.mark.parametrize("state_given", [True, False])
def test_layers_of_other_forms_pass_the_gradient_check(state_given):
    lstm = nn.LSTM(2, 3, bidirectional=True, peephole=True, rng=0).double()
    gru = nn.GRU(2, 3, reset_after=False, update_keeps=False, rng=0).double()
    x = random(3, 2, 2)
    assert nn.gradcheck(lstm, x, *[(random(2, 2, 3), random(2, 2, 3))] * state_given)
    assert nn.gradcheck(gru, x, *[random(1, 2, 3)] * state_given)
    cell = nn.LSTMCell(2, 3, peephole=True, rng=0).double()
    assert nn.gradcheck(cell, x[0], *[(random(2, 3), random(2, 3))] * state_given)
    cell = nn.GRUCell(2, 3, reset_after=False, rng=0).double()
    assert nn.gradcheck(cell, x[0], *[random(2, 3)] * state_given)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), length=st.integers(1, 6), reset_after=st.booleans())
def test_the_update_gate_of_the_other_gru_is_a_renaming(seed, length, reset_after):
    draw = np.random.default_rng(seed).standard_normal
    x, h_0 = draw((length, 2, 3)), draw((2, 4))
    parameters = [draw((12, 3)), draw((12, 4)), draw(12), draw(12)]
    negated = [p.copy() for p in parameters]
    for array in negated:
        array[4:8] *= -1  # the rows of z
    replaces, _ = ops.gru(x, h_0, *parameters, reset_after=reset_after, update_keeps=False)
    keeps, _ = ops.gru(x, h_0, *negated, reset_after=reset_after, update_keeps=True)
    close(replaces, keeps)
    if reset_after:  # PyTorch's layer, with the signs of z changed, is the other form
        layer = torch.nn.GRU(3, 4).double()
        names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
        state = dict(zip(names, map(torch.tensor, negated), strict=True))
        layer.load_state_dict(state)
        close(replaces[0], layer(torch.tensor(x), torch.tensor(h_0)[None])[0].detach().numpy())


def test_the_reset_gate_of_the_other_gru_is_another_function():
    """With one unit r W h is the same in either order; with two it is not, whatever the weights.

    h = (1, −1) and W_hn = [[1, 1], [1, 1]]: mixed first, W_hn h = 0 and r has nothing to weigh;
    reset first, r = (r₁, r₂) gives r₁ − r₂.
    """
    x, h_0 = np.ones((1, 1, 1)), np.array([[1.0, -1.0]])
    weight_ih = np.array([[2.0], [-2.0], [0.0], [0.0], [0.0], [0.0]])
    weight_hh = np.concatenate([np.zeros((4, 2)), np.ones((2, 2))])
    (after, _), _ = ops.gru(x, h_0, weight_ih, weight_hh, reset_after=True)
    (before, _), _ = ops.gru(x, h_0, weight_ih, weight_hh, reset_after=False)
    close(after[0, 0], h_0[0] / 2)
    n = np.tanh(1 / (1 + np.exp(-2.0)) - 1 / (1 + np.exp(2.0)))
    close(before[0, 0], h_0[0] / 2 + n / 2)
    one = [random(3, 1), random(3, 1), None, None]
    (after, _), _ = ops.gru(x, h_0[:, :1], *one)
    (before, _), _ = ops.gru(x, h_0[:, :1], *one, reset_after=False)
    close(after, before)


def test_peepholes_of_zero_change_nothing():
    with_peepholes, theirs = nn.LSTM(3, 4, peephole=True).double(), torch.nn.LSTM(3, 4).double()
    state = {k: v.numpy() for k, v in theirs.state_dict().items()}
    with_peepholes.load_state_dict(state | {"weight_ch_l0": np.zeros((3, 4))})
    x = random(5, 2, 3)
    close(with_peepholes(x), arrays(theirs(torch.tensor(x))))


def test_dropout_acts_between_layers_while_training():
    layer = nn.LSTM(3, 4, num_layers=2, dropout=0.5, rng=0).double()
    first, second = nn.LSTM(3, 4).double(), nn.LSTM(4, 4).double()
    state = layer.state_dict()
    for part, end in ((first, "_l0"), (second, "_l1")):
        part.load_state_dict({k[:-1] + "0": v for k, v in state.items() if k.endswith(end)})
    x = random(6, 5, 3)
    hidden, _ = first(x)
    close(layer.eval()(x)[0], second(hidden)[0])
    layer.rng, layer.training = np.random.default_rng(7), True
    mask = (np.random.default_rng(7).random(hidden.shape, dtype=np.float32) >= 0.5) * 2.0
    output, _ = second(hidden * mask)
    close(layer(x)[0], output)
    doutput = random(*output.shape)
    close(layer.backward(doutput), first.backward(second.backward(doutput) * mask))
    assert abs((mask > 0).mean() - 0.5) < 0.2
    layer.dropout = 1
    close(layer(x)[0], second(hidden * 0)[0])


@pytest.mark.parametrize(
    ("kind", "arguments", "options"),
    [
        ("RNN", (2, 3), {}),
        ("LSTM", (2, 3, 2), {"batch_first": True, "bidirectional": True, "bias": False}),
        ("GRU", (2, 3, 2), {"dropout": 0.25}),
        ("RNNCell", (2, 3), {"nonlinearity": "relu"}),
        ("LSTMCell", (2, 3, False), {}),
        ("GRUCell", (2, 3), {}),
    ],
)
def test_layers_read_as_in_pytorch(kind, arguments, options):
    assert repr(getattr(nn, kind)(*arguments, **options)) == repr(
        getattr(torch.nn, kind)(*arguments, **options)
    )


def test_parameters_start_within_the_bound_and_repeat_with_their_seed():
    first, second = (nn.LSTM(5, 16, num_layers=2, rng=3) for _ in range(2))
    assert not np.array_equal(first.bias_ih_l0.data, first.bias_hh_l0.data)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
        assert 0.2 < abs(a.data).max() <= 0.25


x32 = np.ones((4, 2, 3), dtype=np.float32)
lstm, gru = nn.LSTM(3, 5), nn.GRU(3, 5)
h32 = np.ones((1, 2, 5), dtype=np.float32)
W = {rows: (np.ones((rows, 3)), np.ones((rows, 1))) for rows in (1, 3, 4)}
X = np.ones((4, 2, 3))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: lstm(x32[..., :2]), ValueError, ["(T, N, 3)", "(4, 2, 2)"]),
        (lambda: nn.GRU(3, 5, batch_first=True)(x32[..., 0]), ValueError, ["(N, T, 3)", "(4, 2)"]),
        (lambda: lstm(x32, h32), TypeError, ["(h_0, c_0)", "ndarray"]),
        (lambda: lstm(x32, (h32, h32[:, :1])), ValueError, ["c_0", "(1, 2, 5)", "(1, 1, 5)"]),
        (lambda: gru(x32, h32[0]), ValueError, ["h_0", "(1, 2, 5)", "(2, 5)"]),
        (lambda: gru(x32, h32.astype(float)), TypeError, ["h_0", "float64", "float32"]),
        (lambda: gru(x32[:0]), ValueError, ["at least one step", "(0, 2, 3)"]),
        (lambda: lstm.forward(x32)[1](None), ValueError, ["LSTM", "2 parts", "None"]),
        (lambda: lstm.forward(x32)[1]((1, 2, 3)), ValueError, ["2 parts", "3"]),
        (lambda: gru.forward(x32)[1](x32), ValueError, ["(4, 2, 5)", "(4, 2, 3)"]),
        (lambda: nn.LSTM(0, 5), ValueError, ["input_size", "0"]),
        (lambda: nn.LSTM(3, 5, num_layers=1.5), ValueError, ["num_layers", "1.5"]),
        (lambda: nn.GRU(3, 5, dropout=1.5), ValueError, ["dropout", "1.5"]),
        (lambda: nn.RNN(3, 5, nonlinearity="sigmoid"), ValueError, ["'tanh'", "'sigmoid'"]),
        (lambda: nn.RNNCell(3, 5, nonlinearity="elu"), ValueError, ["'relu'", "'elu'"]),
        (lambda: nn.GRUCell(3, 5)(x32), ValueError, ["(N, 3)", "(4, 2, 3)"]),
        (lambda: nn.LSTMCell(3, 5)(x32[0], h32[0]), TypeError, ["(h_0, c_0)", "ndarray"]),
        (lambda: nn.GRUCell(3, 5)(x32[0], h32), ValueError, ["(2, 5)", "(1, 2, 5)"]),
        (lambda: ops.rnn(X, None, *W[1], nonlinearity="elu"), ValueError, ["'relu'", "'elu'"]),
        (lambda: ops.rnn(X, None, *W[3]), ValueError, ["(H, H)", "(3, 1)"]),
        (lambda: ops.gru(X, None, *W[4]), ValueError, ["(3 · H, H)", "(4, 1)"]),
        (lambda: ops.lstm(X, None, None, W[3][0], W[4][1]), ValueError, ["(4, in)", "(3, 3)"]),
        (lambda: ops.gru(X[0], None, *W[3]), ValueError, ["(T, N, 3)", "(2, 3)"]),
        (lambda: ops.gru(X, X[0], *W[3]), ValueError, ["h_0", "(2, 1)", "(2, 3)"]),
        (lambda: ops.gru(X, None, *W[3], np.ones(2)), ValueError, ["bias_ih", "(3,)", "(2,)"]),
        (
            lambda: ops.lstm(X, None, None, *W[4], weight_ch=np.ones(3)),
            ValueError,
            ["weight_ch", "(3, 1)", "(3,)"],
        ),
        (lambda: ops.lstm(x32, None, None, *W[4]), TypeError, ["float64", "float32"]),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert [part for part in says if part not in message] == [], message
    assert "\n" not in message

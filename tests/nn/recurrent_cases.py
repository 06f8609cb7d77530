"""Recurrent operations with what each is held against.

PyTorch's own layers are the oracle where they exist; peepholes and the other forms of the GRU,
which it does not have, are written as their equations in PyTorch, whose autograd differentiates
them.
"""

import numpy as np
import torch
from hypothesis import strategies as st

from tests.nn.oracles import Case, Drawn, seeds

up_to_three = st.integers(1, 3)


@st.composite
def sequence(draw, gates, states, peepholes=False, options=None):
    """Arrays of one call by name, some left out; `by_name` hands them on."""
    rng = np.random.default_rng(draw(seeds))
    length, batch = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    inputs, hidden = draw(up_to_three), draw(up_to_three)
    shapes = {"x": (length, batch, inputs)}
    shapes |= {name: (batch, hidden) for name in states if draw(st.booleans())}
    shapes |= {"weight_ih": (gates * hidden, inputs), "weight_hh": (gates * hidden, hidden)}
    shapes |= {name: (gates * hidden,) for name in ("bias_ih", "bias_hh") if draw(st.booleans())}
    if peepholes and draw(st.booleans()):
        shapes["weight_ch"] = (3, hidden)
    arrays = [rng.standard_normal(shape) for shape in shapes.values()]
    chosen = {name: draw(st.sampled_from(values)) for name, values in (options or {}).items()}
    chosen |= {"reverse": draw(st.booleans()), "given": tuple(shapes)}
    return Drawn(arrays, options=chosen)


def by_name(*states):
    """Make a case's `arrange`: the arrays go to the arguments that option `given` names."""

    def arrange(function):
        def named(*arrays, given, **options):
            arguments = dict.fromkeys(states) | dict(zip(given, arrays, strict=True))
            return function(**arguments, **options)

        return named

    return arrange


def in_time(step, x, states, reverse):
    """The outputs of a step function in PyTorch, and its last states."""
    order = range(len(x) - 1, -1, -1) if reverse else range(len(x))
    outputs = {}
    for t in order:
        states = step(x[t], *states)
        outputs[t] = states[0]
    return torch.stack([outputs[t] for t in range(len(x))]), *states


def zeros_where_none(x, weight_hh, *states):
    shape = (x.shape[1], weight_hh.shape[1])
    return [torch.zeros(shape, dtype=x.dtype) if state is None else state for state in states]


def cell_arguments(weight_ih, weight_hh, bias_ih, bias_hh):
    """What PyTorch's cells take; they want both biases or none."""
    zeros = torch.zeros(len(weight_ih), dtype=weight_ih.dtype)
    biases = [zeros if bias is None else bias for bias in (bias_ih, bias_hh)]
    return weight_ih, weight_hh, *biases


def torch_rnn(
    x, h_0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, nonlinearity="tanh", reverse=False
):
    weights = cell_arguments(weight_ih, weight_hh, bias_ih, bias_hh)
    cell = {"tanh": torch._VF.rnn_tanh_cell, "relu": torch._VF.rnn_relu_cell}[nonlinearity]
    return in_time(
        lambda x_t, h: (cell(x_t, h, *weights),), x, zeros_where_none(x, weight_hh, h_0), reverse
    )


def torch_lstm(
    x, h_0, c_0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, weight_ch=None, reverse=False
):
    weights = cell_arguments(weight_ih, weight_hh, bias_ih, bias_hh)

    def with_peepholes(x_t, h, c):
        linear = torch.nn.functional.linear
        scores = linear(x_t, weights[0], weights[2]) + linear(h, weights[1], weights[3])
        i, f, g, o = scores.chunk(4, dim=1)
        i, f = torch.sigmoid(i + weight_ch[0] * c), torch.sigmoid(f + weight_ch[1] * c)
        c = f * c + i * torch.tanh(g)
        return torch.sigmoid(o + weight_ch[2] * c) * torch.tanh(c), c

    def step(x_t, h, c):
        return torch._VF.lstm_cell(x_t, (h, c), *weights)

    first = zeros_where_none(x, weight_hh, h_0, c_0)
    step = step if weight_ch is None else with_peepholes
    output, h_n, c_n = in_time(step, x, first, reverse)
    return output, (h_n, c_n)


def torch_gru(
    x,
    h_0,
    weight_ih,
    weight_hh,
    bias_ih=None,
    bias_hh=None,
    reset_after=True,
    update_keeps=True,
    reverse=False,
):
    weights = cell_arguments(weight_ih, weight_hh, bias_ih, bias_hh)

    def other_forms(x_t, h):
        linear = torch.nn.functional.linear
        x_r, x_z, x_n = linear(x_t, weights[0], weights[2]).chunk(3, dim=1)
        (w_r, w_z, w_n), (b_r, b_z, b_n) = weights[1].chunk(3), weights[3].chunk(3)
        r, z = torch.sigmoid(x_r + linear(h, w_r, b_r)), torch.sigmoid(x_z + linear(h, w_z, b_z))
        mixed = r * linear(h, w_n, b_n) if reset_after else linear(r * h, w_n, b_n)
        n = torch.tanh(x_n + mixed)
        return (z * h + (1 - z) * n if update_keeps else (1 - z) * h + z * n,)

    def step(x_t, h):
        return (torch._VF.gru_cell(x_t, h, *weights),)

    step = step if reset_after and update_keeps else other_forms
    return in_time(step, x, zeros_where_none(x, weight_hh, h_0), reverse)


TRUE_OR_FALSE = [True, False]
RECURRENT_CASES = [
    Case(
        "rnn",
        sequence(1, ["h_0"], options={"nonlinearity": ["tanh", "relu"]}),
        torch_rnn,
        by_name("h_0"),
    ),
    Case("lstm", sequence(4, ["h_0", "c_0"], peepholes=True), torch_lstm, by_name("h_0", "c_0")),
    Case(
        "gru",
        sequence(3, ["h_0"], options={"reset_after": TRUE_OR_FALSE, "update_keeps": TRUE_OR_FALSE}),
        torch_gru,
        by_name("h_0"),
    ),
]

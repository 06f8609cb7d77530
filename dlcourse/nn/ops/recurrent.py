"""The plain recurrent network, and what it shares with the LSTM and the GRU.

All three read a sequence step by step with one set of weights. What does not depend on the state,
the product of the inputs with W_ih, is one matrix product for the whole sequence; so are, after
the loop of backward, the gradients of both weights. Only the product with W_hh stays in the loop.
"""

import numpy as np

from dlcourse.nn.ops.operation import operation


@operation("x", "h_0", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
def rnn(
    x, h_0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, nonlinearity="tanh", reverse=False
):
    """h[t] = f(W_ih x[t] + b_ih + W_hh h[t−1] + b_hh) for every step of a sequence (Elman, 1990).

    x: (T, N, in); h_0: (N, H), the state before the first step, or None for zeros; weight_ih:
    (H, in), weight_hh: (H, H), both biases: (H,) or None. f is "tanh" or "relu". With reverse the
    sequence is read from its end; every output stands where its input does.

    Returns (output, h_n), with output: (T, N, H) all states and h_n: (N, H) the last that was
    computed, and backward, which takes (dL/doutput, dL/dh_n), either of them None where the loss
    does not depend on it, or dL/doutput alone. It returns the gradients for x, h_0, weight_ih,
    weight_hh, bias_ih, bias_hh, None for what was left out: backpropagation through time
    (Werbos, 1990).

    Raises ValueError where shapes do not fit or T = 0, TypeError for anything but floats of one
    dtype.

    >>> (output, h_n), backward = rnn([[[1.0]], [[0.0]]], None, [[1.0]], [[2.0]])
    >>> output.ravel().round(4), h_n.round(4)
    (array([0.7616, 0.9093]), array([[0.9093]]))
    >>> dx, *_ = backward((None, [[1.0]]))
    >>> dx.ravel().round(4)
    array([0.1455, 0.1733])
    """
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"rnn: nonlinearity is 'tanh' or 'relu', got {nonlinearity!r}")
    check_sequence("rnn", 1, x, {"h_0": h_0}, weight_ih, weight_hh, bias_ih, bias_hh)
    h = empty_states(x, weight_hh, h_0, reverse)
    scores = project(x, weight_ih, bias_ih, bias_hh)  # (T, N, H)
    to_scores = np.ascontiguousarray(weight_hh.T)
    for t, before, after in steps(len(x), reverse):
        np.matmul(h[before], to_scores, out=h[after])
        h[after] += scores[t]
        if nonlinearity == "tanh":
            np.tanh(h[after], out=h[after])
        else:
            np.maximum(h[after], 0, out=h[after])
    output, previous = after_and_before(h, reverse)
    last = steps(len(x), reverse)[-1][0]

    def backward(dy):
        doutput, dh_n = dy
        dscores = np.empty_like(output)
        dh = np.zeros_like(output[0]) if dh_n is None else dh_n.copy()
        for t, _, _ in reversed(steps(len(x), reverse)):
            if doutput is not None:
                dh += doutput[t]
            if nonlinearity == "tanh":
                np.multiply(output[t], output[t], out=dscores[t])
                np.subtract(1, dscores[t], out=dscores[t])
                dscores[t] *= dh
            else:
                np.multiply(dh, output[t] > 0, out=dscores[t])
            np.matmul(dscores[t], weight_hh, out=dh)
        dx, dweight_ih, dbias = input_gradients(x, weight_ih, dscores)
        return (
            dx,
            None if h_0 is None else dh,
            dweight_ih,
            as_rows(dscores).T @ as_rows(previous),
            None if bias_ih is None else dbias,
            None if bias_hh is None else dbias.copy(),
        )

    return (output, output[last]), backward


# What the three operations share. States are kept in one array of T + 1 places, so that "all
# states" and "all states before a step" are two views of it.


def steps(length, reverse):
    """Return (t, before, after) for each step: its place, and those of the states around it."""
    if reverse:
        return [(t, t + 1, t) for t in range(length - 1, -1, -1)]
    return [(t, t, t + 1) for t in range(length)]


def empty_states(x, weight_hh, first, reverse):
    """Return room for T + 1 states of shape (N, H) with the first of them filled in."""
    states = np.empty((len(x) + 1, x.shape[1], weight_hh.shape[1]), dtype=x.dtype)
    states[-1 if reverse else 0] = 0 if first is None else first
    return states


def after_and_before(states, reverse):
    """Return the states after every step and the states before every step, as views."""
    return (states[:-1], states[1:]) if reverse else (states[1:], states[:-1])


def as_rows(sequence):
    """Return (T, N, ...) as (T · N, ...): one row for every step of every example."""
    return sequence.reshape(-1, sequence.shape[-1])


def project(x, weight_ih, *biases):
    """Return W_ih x[t] + the biases for all t, as one matrix product: (T, N, gates · H)."""
    y = as_rows(x) @ weight_ih.T
    given = [bias for bias in biases if bias is not None]
    if given:
        y += sum(given[1:], start=given[0])
    return y.reshape(*x.shape[:2], len(weight_ih))


def input_gradients(x, weight_ih, dscores):
    """Return the gradients for x, weight_ih and the bias of y[t] = W_ih x[t] + b, given all dy."""
    rows = as_rows(dscores)
    return (rows @ weight_ih).reshape(x.shape), rows.T @ as_rows(x), rows.sum(axis=0)


def sigmoid_(a):
    """Replace a by σ(a) = ½ + ½ tanh(a / 2), in place: tanh overflows nowhere."""
    a *= 0.5
    np.tanh(a, out=a)
    a *= 0.5
    a += 0.5


def check_sequence(title, gates, x, states, weight_ih, weight_hh, bias_ih, bias_hh):
    """Refuse shapes that do not fit, in words. gates: rows of the weights per unit."""
    if weight_hh.ndim != 2 or weight_hh.shape[0] != gates * weight_hh.shape[1]:
        rows = "H" if gates == 1 else f"{gates} · H"
        raise ValueError(f"{title}: weight_hh must have shape ({rows}, H), got {weight_hh.shape}")
    rows, hidden = weight_hh.shape
    if weight_ih.ndim != 2 or weight_ih.shape[0] != rows:
        raise ValueError(
            f"{title}: weight_hh of shape {weight_hh.shape} expects weight_ih of shape "
            f"({rows}, in), got {weight_ih.shape}"
        )
    if x.ndim != 3 or x.shape[2] != weight_ih.shape[1]:
        raise ValueError(
            f"{title}: weight_ih of shape {weight_ih.shape} expects x of shape "
            f"(T, N, {weight_ih.shape[1]}), got {x.shape}"
        )
    if len(x) == 0:
        raise ValueError(f"{title}: a sequence has at least one step, got x of shape {x.shape}")
    expected = {name: ((x.shape[1], hidden), state) for name, state in states.items()}
    expected |= {"bias_ih": ((rows,), bias_ih), "bias_hh": ((rows,), bias_hh)}
    for name, (shape, array) in expected.items():
        if array is not None and array.shape != shape:
            raise ValueError(
                f"{title}: for x of shape {x.shape} and weight_hh of shape {weight_hh.shape}, "
                f"{name} must have shape {shape}, got {array.shape}"
            )

"""Recurrent networks as a loop over steps, each step made of `linear`, `sigmoid` and `tanh`.

A step returns its new states and its backward. The network in time is a list of these backwards,
called in reverse; a weight that every step uses gets the sum of what they return.
"""

import numpy as np

from dlcourse.nn.naive.activations import relu, sigmoid, tanh
from dlcourse.nn.naive.linear import linear


def through_time(step, x, first, parameters, reverse):
    """Run step(x[t], states, parameters) over a sequence, and its backwards in reverse.

    first: the states before the first step. A step returns the new states, of which the first is
    the output, and a backward from their gradients to those of x[t], the states and parameters.
    """
    length = len(x)
    order = list(reversed(range(length))) if reverse else list(range(length))
    states, backwards, outputs = first, {}, {}
    for t in order:
        states, backwards[t] = step(x[t], states, parameters)
        outputs[t] = states[0]
    output = np.array([outputs[t] for t in range(length)], dtype=x.dtype)

    def backward(doutput, dstates):
        dx = np.zeros_like(x)
        dparameters = [None if p is None else np.zeros_like(p) for p in parameters]
        for t in reversed(order):
            dh, *others = dstates
            dx[t], dstates, of_step = backwards[t]([dh + doutput[t], *others])
            for total, gradient in zip(dparameters, of_step, strict=True):
                if total is not None:
                    total += gradient
        return dx, dstates, dparameters

    return output, states, backward


def state_or_zeros(x, weight_hh, state):
    """The given state, or zeros of shape (N, H)."""
    return np.zeros((x.shape[1], weight_hh.shape[1]), dtype=x.dtype) if state is None else state


def gradient_or_zeros(like, gradient):
    """The given gradient, or zeros: the loss does not depend on this part."""
    return np.zeros_like(like) if gradient is None else gradient


def without(given, gradients):
    """The gradients, with None for every argument that was not given."""
    return [
        None if value is None else gradient
        for value, gradient in zip(given, gradients, strict=True)
    ]


def two_inputs(x, h, weight_ih, weight_hh, bias_ih, bias_hh, rows):
    """Rows of W_ih x + b_ih + W_hh h + b_hh; backward adds to gradients of the whole weights."""

    def part(bias):
        return None if bias is None else bias[rows]

    from_x, back_x = linear(x, weight_ih[rows], part(bias_ih))
    from_h, back_h = linear(h, weight_hh[rows], part(bias_hh))

    def backward(dscores, gradients):
        dx, *of_x = back_x(dscores)
        dh, *of_h = back_h(dscores)
        for total, gradient in zip(gradients, (of_x[0], of_h[0], of_x[1], of_h[1]), strict=False):
            if total is not None:
                total[rows] += gradient
        return dx, dh

    return from_x + from_h, backward


def empty_gradients(parameters):
    """Room for the gradients of one step."""
    return [None if p is None else np.zeros_like(p) for p in parameters]


def rnn(
    x, h_0, weight_ih, weight_hh, bias_ih=None, bias_hh=None, nonlinearity="tanh", reverse=False
):
    """h[t] = f(W_ih x[t] + b_ih + W_hh h[t−1] + b_hh); as `dlcourse.nn.ops.rnn`."""
    activation = {"tanh": tanh, "relu": relu}[nonlinearity]
    parameters = [weight_ih, weight_hh, bias_ih, bias_hh]

    def step(x_t, states, parameters):
        (h,) = states
        scores, back_scores = two_inputs(x_t, h, *parameters, slice(None))
        h_new, back_activation = activation(scores)

        def backward(dstates):
            gradients = empty_gradients(parameters)
            dx, dh = back_scores(back_activation(dstates[0]), gradients)
            return dx, [dh], gradients

        return [h_new], backward

    output, (h_n,), back = through_time(
        step, x, [state_or_zeros(x, weight_hh, h_0)], parameters, reverse
    )

    def backward(dy):
        doutput, dh_n = dy
        doutput, dh_n = gradient_or_zeros(output, doutput), gradient_or_zeros(h_n, dh_n)
        dx, (dh_0,), dparameters = back(doutput, [dh_n])
        return (dx, *without([h_0], [dh_0]), *dparameters)

    return (output, h_n), backward


def lstm(
    x,
    h_0,
    c_0,
    weight_ih,
    weight_hh,
    bias_ih=None,
    bias_hh=None,
    weight_ch=None,
    reverse=False,
):
    """c[t] = f c[t−1] + i g, h[t] = o tanh(c[t]), gate by gate; as `dlcourse.nn.ops.lstm`."""
    size = weight_hh.shape[1]
    rows = [slice(k * size, (k + 1) * size) for k in range(4)]
    parameters = [weight_ih, weight_hh, bias_ih, bias_hh, weight_ch]

    def step(x_t, states, parameters):
        h, c = states
        *shared, peephole = parameters
        scores, back_scores = zip(*[two_inputs(x_t, h, *shared, r) for r in rows], strict=True)
        v_i, v_f, v_o = np.zeros((3, size), dtype=x.dtype) if peephole is None else peephole
        i, back_i = sigmoid(scores[0] + v_i * c)
        f, back_f = sigmoid(scores[1] + v_f * c)
        g, back_g = tanh(scores[2])
        c_new = f * c + i * g
        o, back_o = sigmoid(scores[3] + v_o * c_new)
        squashed, back_squashed = tanh(c_new)

        def backward(dstates):
            gradients = empty_gradients(parameters)
            dh_new, dc_new = dstates
            do = back_o(dh_new * squashed)
            dc_new = dc_new + back_squashed(dh_new * o) + v_o * do
            di, df, dg = back_i(dc_new * g), back_f(dc_new * c), back_g(dc_new * i)
            dc = dc_new * f + v_i * di + v_f * df
            dx, dh = np.zeros_like(x_t), np.zeros_like(h)
            for back, dscores in zip(back_scores, (di, df, dg, do), strict=True):
                dx_part, dh_part = back(dscores, gradients)
                dx, dh = dx + dx_part, dh + dh_part
            if peephole is not None:
                for row, dv in enumerate((di * c, df * c, do * c_new)):
                    gradients[4][row] = dv.sum(axis=0)
            return dx, [dh, dc], gradients

        return [o * squashed, c_new], backward

    first = [state_or_zeros(x, weight_hh, h_0), state_or_zeros(x, weight_hh, c_0)]
    output, (h_n, c_n), back = through_time(step, x, first, parameters, reverse)

    def backward(dy):
        doutput, (dh_n, dc_n) = dy
        dstates = [gradient_or_zeros(h_n, dh_n), gradient_or_zeros(c_n, dc_n)]
        dx, dfirst, dparameters = back(gradient_or_zeros(output, doutput), dstates)
        return (dx, *without([h_0, c_0], dfirst), *dparameters)

    return (output, (h_n, c_n)), backward


def gru(
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
    """r, z, n, then a share of h and a share of n; as `dlcourse.nn.ops.gru`."""
    size = weight_hh.shape[1]
    r_rows, z_rows, n_rows = (slice(k * size, (k + 1) * size) for k in range(3))
    parameters = [weight_ih, weight_hh, bias_ih, bias_hh]

    def step(x_t, states, parameters):
        (h,) = states
        w_ih, w_hh, b_ih, b_hh = parameters
        r_scores, back_r_scores = two_inputs(x_t, h, *parameters, r_rows)
        z_scores, back_z_scores = two_inputs(x_t, h, *parameters, z_rows)
        r, back_r = sigmoid(r_scores)
        z, back_z = sigmoid(z_scores)
        from_x, back_x = linear(x_t, w_ih[n_rows], None if b_ih is None else b_ih[n_rows])
        read = h if reset_after else r * h
        mixed, back_mixed = linear(read, w_hh[n_rows], None if b_hh is None else b_hh[n_rows])
        n, back_n = tanh(from_x + (r * mixed if reset_after else mixed))
        h_new = z * h + (1 - z) * n if update_keeps else (1 - z) * h + z * n

        def backward(dstates):
            gradients = empty_gradients(parameters)
            (dh_new,) = dstates
            dz, dn = (h - n) * dh_new, (1 - z) * dh_new
            dh = z * dh_new
            if not update_keeps:
                dz, dn, dh = -dz, z * dh_new, (1 - z) * dh_new
            dscores = back_n(dn)
            dx, dw_ih, db_ih = back_x(dscores)
            dread, dw_hh, db_hh = back_mixed(r * dscores if reset_after else dscores)
            if reset_after:
                dr, dh = dscores * mixed, dh + dread
            else:
                dr, dh = dread * h, dh + dread * r
            for total, gradient in zip(gradients, (dw_ih, dw_hh, db_ih, db_hh), strict=True):
                if total is not None:
                    total[n_rows] = gradient
            for back, d in ((back_r_scores, back_r(dr)), (back_z_scores, back_z(dz))):
                dx_part, dh_part = back(d, gradients)
                dx, dh = dx + dx_part, dh + dh_part
            return dx, [dh], gradients

        return [h_new], backward

    output, (h_n,), back = through_time(
        step, x, [state_or_zeros(x, weight_hh, h_0)], parameters, reverse
    )

    def backward(dy):
        doutput, dh_n = dy
        doutput, dh_n = gradient_or_zeros(output, doutput), gradient_or_zeros(h_n, dh_n)
        dx, (dh_0,), dparameters = back(doutput, [dh_n])
        return (dx, *without([h_0], [dh_0]), *dparameters)

    return (output, h_n), backward

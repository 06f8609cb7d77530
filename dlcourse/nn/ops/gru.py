"""The gated recurrent unit: one state, of which a gate keeps a share at every step."""

import numpy as np

from dlcourse.nn.ops.operation import operation
from dlcourse.nn.ops.recurrent import (
    after_and_before,
    as_rows,
    check_sequence,
    empty_states,
    input_gradients,
    project,
    sigmoid_,
    steps,
)


@operation("x", "h_0", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
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
    """A GRU over a sequence (Cho et al., 2014), in PyTorch's form or in that of the first papers.

    ```
    r = σ(W_ir x[t] + b_ir + W_hr h[t−1] + b_hr)
    z = σ(W_iz x[t] + b_iz + W_hz h[t−1] + b_hz)
    n = tanh(W_in x[t] + b_in + r · (W_hn h[t−1] + b_hn))       reset_after (PyTorch)
    n = tanh(W_in x[t] + b_in + W_hn (r · h[t−1]) + b_hn)       otherwise
    h[t] = z · h[t−1] + (1 − z) · n                             update_keeps (PyTorch)
    h[t] = (1 − z) · h[t−1] + z · n                             otherwise
    ```

    update_keeps renames z to 1 − z = σ(−…): with the signs of its weights and biases changed, the
    other form gives the same states (Chung et al., 2014, write it so). reset_after is another
    function: r then weighs what W_hn has mixed, instead of what W_hn will mix.

    x: (T, N, in); h_0: (N, H), the state before the first step, or None for zeros; weight_ih:
    (3H, in), weight_hh: (3H, H), both biases: (3H,) or None, rows in the order r, z, n of PyTorch.
    With reverse the sequence is read from its end; every output stands where its input does.

    Returns (output, h_n), with output: (T, N, H) all states and h_n: (N, H) the last, and backward,
    which takes (dL/doutput, dL/dh_n), either of them None where the loss does not depend on it, or
    dL/doutput alone. It returns the gradients for x, h_0, weight_ih, weight_hh, bias_ih, bias_hh,
    None for what was left out.

    Raises ValueError where shapes do not fit or T = 0, TypeError for anything but floats of one
    dtype.

    >>> zeros = np.zeros((3, 1))
    >>> (output, h_n), backward = gru(np.ones((3, 1, 1)), [[1.0]], zeros, zeros)
    >>> output.ravel()  # z = ½ and n = 0: half is kept at every step
    array([0.5  , 0.25 , 0.125])
    """
    check_sequence("gru", 3, x, {"h_0": h_0}, weight_ih, weight_hh, bias_ih, bias_hh)
    size = weight_hh.shape[1]
    # Inside r · (…) the bias of n cannot be added beforehand; everywhere else it can.
    inner_bias, outer_bias = None, bias_hh
    if reset_after and bias_hh is not None:
        inner_bias, outer_bias = bias_hh[2 * size :], bias_hh * (np.arange(3 * size) < 2 * size)
    gates = project(x, weight_ih, bias_ih, outer_bias)  # (T, N, 3H), made into r, z, n in place
    h = empty_states(x, weight_hh, h_0, reverse)
    mixed = np.empty_like(h[1:])  # W_hn h + b_hn or, with the reset before it, r · h
    to_scores = np.ascontiguousarray(weight_hh[: (3 if reset_after else 2) * size].T)
    to_candidate = np.ascontiguousarray(weight_hh[2 * size :].T)
    scores = np.empty((x.shape[1], to_scores.shape[1]), dtype=x.dtype)
    for t, before, after in steps(len(x), reverse):
        r, z, n = split(gates[t], size)
        r_and_z = gates[t, :, : 2 * size]
        np.matmul(h[before], to_scores, out=scores)
        r_and_z += scores[:, : 2 * size]
        if not update_keeps:
            z *= -1  # np.negative of a strided view, in place, is wrong in NumPy 2.4 (float32)
        sigmoid_(r_and_z)  # z is now the share that is kept, in either form
        if reset_after:
            mixed[t] = scores[:, 2 * size :]
            if inner_bias is not None:
                mixed[t] += inner_bias
            np.multiply(r, mixed[t], out=h[after])
        else:
            np.multiply(r, h[before], out=mixed[t])
            np.matmul(mixed[t], to_candidate, out=h[after])
        n += h[after]
        np.tanh(n, out=n)
        np.subtract(h[before], n, out=h[after])  # z h + (1 − z) n = z (h − n) + n
        h[after] *= z
        h[after] += n
    output, h_before = after_and_before(h, reverse)
    last = steps(len(x), reverse)[-1][0]

    def backward(dy):
        doutput, dh_n = dy
        # Gradients of the scores as columns n′, r, z, n, where n′ is the part of n inside r · (…):
        # the first three belong to W_hh, the last three to W_ih. The first form has no n′.
        columns = np.empty((*output.shape[:2], (4 if reset_after else 3) * size), dtype=x.dtype)
        dgates = columns[..., -3 * size :]
        inner_first = np.roll(weight_hh, size, axis=0)
        dh = np.zeros_like(output[0]) if dh_n is None else dh_n.copy()
        slope, dstate = np.empty_like(dh), np.empty_like(dh)
        for t, before, _ in reversed(steps(len(x), reverse)):
            if doutput is not None:
                dh += doutput[t]
            r, z, n = split(gates[t], size)
            dr, dz, dn = split(dgates[t], size)
            np.subtract(1, z, out=slope)
            np.multiply(dh, slope, out=dn)
            np.subtract(h[before], n, out=dz)
            dz *= dh
            dz *= z
            dz *= slope
            if not update_keeps:
                dz *= -1
            np.multiply(n, n, out=slope)
            np.subtract(1, slope, out=slope)
            dn *= slope
            dh *= z
            if reset_after:
                np.multiply(r, dn, out=columns[t, :, :size])
                np.multiply(dn, mixed[t], out=dr)
            else:
                np.matmul(dn, weight_hh[2 * size :], out=dstate)
                np.multiply(dstate, h[before], out=dr)
                dstate *= r
                dh += dstate
            np.subtract(1, r, out=slope)
            dr *= slope
            dr *= r
            if reset_after:
                dh += np.matmul(columns[t, :, : 3 * size], inner_first, out=dstate)
            else:
                dh += np.matmul(columns[t, :, : 2 * size], weight_hh[: 2 * size], out=dstate)
        dx, dweight_ih, dbias_ih = input_gradients(x, weight_ih, dgates)
        rows, dbias_hh = as_rows(columns), dbias_ih.copy()
        if reset_after:
            dweight_hh = np.roll(rows[:, : 3 * size].T @ as_rows(h_before), -size, axis=0)
            dbias_hh[2 * size :] = rows[:, :size].sum(axis=0)
        else:
            dweight_hh = np.concatenate(
                [
                    rows[:, : 2 * size].T @ as_rows(h_before),
                    rows[:, 2 * size :].T @ as_rows(mixed),
                ]
            )
        return (
            dx,
            None if h_0 is None else dh,
            dweight_ih,
            dweight_hh,
            None if bias_ih is None else dbias_ih,
            None if bias_hh is None else dbias_hh,
        )

    return (output, output[last]), backward


def split(gates, size):
    """Return the three gates r, z, n of (N, 3H) as views of shape (N, H)."""
    return [gates[:, k * size : (k + 1) * size] for k in range(3)]

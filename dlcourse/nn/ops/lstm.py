"""Long short-term memory: a state that is added to, and gates that say what goes in and out."""

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


@operation("x", "h_0", "c_0", "weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ch")
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
    """An LSTM over a sequence (Hochreiter & Schmidhuber, 1997; forget gate: Gers et al., 2000).

    ```
    i, f, g, o = σ, σ, tanh, σ of W_ih x[t] + b_ih + W_hh h[t−1] + b_hh, a quarter each
    c[t] = f · c[t−1] + i · g,   h[t] = o · tanh(c[t])
    ```

    x: (T, N, in); h_0, c_0: (N, H), the states before the first step, or None for zeros;
    weight_ih: (4H, in), weight_hh: (4H, H), both biases: (4H,) or None, rows in the order i, f, g,
    o of PyTorch. weight_ch: None, or (3, H), the peepholes of i, f and o (Gers & Schmidhuber,
    2000), through which a gate sees its own cell: V_i c[t−1], V_f c[t−1] and V_o c[t] are added
    before σ, each V a diagonal matrix. With reverse the sequence is read from its end; every
    output stands where its input does.

    Returns (output, (h_n, c_n)), with output: (T, N, H) all h and (N, H) for the last states, and
    backward, which takes gradients in that structure, None where the loss does not depend on a
    part, or dL/doutput alone. It returns the gradients for x, h_0, c_0, weight_ih, weight_hh,
    bias_ih, bias_hh, weight_ch, None for what was left out.

    Raises ValueError where shapes do not fit or T = 0, TypeError for anything but floats of one
    dtype.

    >>> x, zeros = np.ones((3, 1, 1)), np.zeros((4, 1))
    >>> bias = [100.0, 100.0, 100.0, 100.0]  # every gate open: the cell counts the steps
    >>> (output, (h_n, c_n)), backward = lstm(x, None, None, zeros, zeros, bias)
    >>> c_n, output.ravel().round(3)
    (array([[3.]]), array([0.762, 0.964, 0.995]))
    """
    check_sequence("lstm", 4, x, {"h_0": h_0, "c_0": c_0}, weight_ih, weight_hh, bias_ih, bias_hh)
    size = weight_hh.shape[1]
    if weight_ch is not None and weight_ch.shape != (3, size):
        raise ValueError(f"lstm: weight_ch must have shape {(3, size)}, got {weight_ch.shape}")
    h, c = empty_states(x, weight_hh, h_0, reverse), empty_states(x, weight_hh, c_0, reverse)
    gates = project(x, weight_ih, bias_ih, bias_hh)  # (T, N, 4H), made into i, f, g, o in place
    tanh_c = np.empty_like(h[1:])
    to_gates = np.ascontiguousarray(weight_hh.T)
    scores, product = np.empty_like(gates[0]), np.empty_like(h[0])
    for t, before, after in steps(len(x), reverse):
        gates[t] += np.matmul(h[before], to_gates, out=scores)
        i, f, g, o = split(gates[t], size)
        if weight_ch is not None:
            i += weight_ch[0] * c[before]
            f += weight_ch[1] * c[before]
        sigmoid_(gates[t, :, : 2 * size])
        np.tanh(g, out=g)
        np.multiply(f, c[before], out=c[after])
        c[after] += np.multiply(i, g, out=product)
        if weight_ch is not None:
            o += weight_ch[2] * c[after]
        sigmoid_(o)
        np.tanh(c[after], out=tanh_c[t])
        np.multiply(o, tanh_c[t], out=h[after])
    output, h_before = after_and_before(h, reverse)
    c_after, c_before = after_and_before(c, reverse)
    last = steps(len(x), reverse)[-1][0]

    def backward(dy):
        doutput, (dh_n, dc_n) = dy
        dgates = np.empty_like(gates)
        dh = np.zeros_like(output[0]) if dh_n is None else dh_n.copy()
        dc = np.zeros_like(output[0]) if dc_n is None else dc_n.copy()
        slope = np.empty_like(dc)
        for t, before, _ in reversed(steps(len(x), reverse)):
            if doutput is not None:
                dh += doutput[t]
            i, f, g, o = split(gates[t], size)
            di, df, dg, do = split(dgates[t], size)
            np.subtract(1, gates[t], out=dgates[t])  # σ′ = σ (1 − σ); tanh′ = 1 − tanh²
            dgates[t] *= gates[t]
            np.multiply(g, g, out=slope)
            np.subtract(1, slope, out=dg)

            do *= dh
            do *= tanh_c[t]
            np.multiply(tanh_c[t], tanh_c[t], out=slope)
            np.subtract(1, slope, out=slope)
            slope *= o
            slope *= dh
            dc += slope
            if weight_ch is not None:
                dc += weight_ch[2] * do
            di *= dc
            di *= g
            df *= dc
            df *= c[before]
            dg *= dc
            dg *= i
            dc *= f
            if weight_ch is not None:
                dc += weight_ch[0] * di + weight_ch[1] * df
            np.matmul(dgates[t], weight_hh, out=dh)
        dx, dweight_ih, dbias = input_gradients(x, weight_ih, dgates)
        return (
            dx,
            None if h_0 is None else dh,
            None if c_0 is None else dc,
            dweight_ih,
            as_rows(dgates).T @ as_rows(h_before),
            None if bias_ih is None else dbias,
            None if bias_hh is None else dbias.copy(),
            None if weight_ch is None else peephole_gradient(dgates, c_before, c_after),
        )

    return (output, (output[last], c_after[last])), backward


def split(gates, size):
    """Return the four gates i, f, g, o of (N, 4H) as views of shape (N, H)."""
    return [gates[:, k * size : (k + 1) * size] for k in range(4)]


def peephole_gradient(dgates, c_before, c_after):
    """Return dL/dV of the peepholes: what each gate got, times the cell that it saw."""
    di, df, _, do = np.split(dgates, 4, axis=-1)
    return np.stack(
        [np.einsum("tnh,tnh->h", d, c) for d, c in ((di, c_before), (df, c_before), (do, c_after))]
    )

"""Recurrent layers; the mathematics is in `dlcourse.nn.ops`: `rnn`, `lstm` and `gru`.

The output has several parts, as in PyTorch. `backward` takes a gradient in the same structure,
with None for a part that the loss does not depend on; an array alone is dL/doutput. It returns
dL/dx, or (dL/dx, dL/dstate) where a state was given.
"""

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.recurrence import Recurrent, check_nonlinearity


class RNN(Recurrent):
    """h[t] = tanh(W_ih x[t] + b_ih + W_hh h[t−1] + b_hh) (Elman, 1990).

    nonlinearity: "tanh" or "relu". num_layers L: each layer reads the outputs of the one before, a
    share `dropout` of which is zeroed while training. bidirectional: a second set of weights reads
    the sequence from its end, and the two outputs stand side by side; below, D is 2 then, else 1.

    x: (T, N, input_size), or (N, T, input_size) with batch_first, or (T, input_size) for one
    sequence. h_0: (L · D, N, hidden_size), zeros where left out. `layer(x)` or `layer(x, h_0)`
    returns (output, h_n): output has the layout of x with D · hidden_size numbers, h_n the shape of
    h_0. backward takes (dL/doutput, dL/dh_n), None for a part that the loss does not depend on, or
    dL/doutput alone; it returns dL/dx, or (dL/dx, dL/dh_0) where h_0 was given.

    Parameters: weight_ih_l0: (hidden_size, input_size), weight_hh_l0: (hidden_size, hidden_size),
    bias_ih_l0, bias_hh_l0: (hidden_size,), then _l1, …, each with _reverse for the second
    direction; uniform in ±1/√hidden_size at first. rng: a generator or seed in place of the
    course's own.

    Raises ValueError where a size or shape does not fit.

    >>> layer = RNN(3, 5, num_layers=2, bidirectional=True, rng=0)
    >>> x = np.ones((7, 2, 3), dtype=np.float32)
    >>> output, h_n = layer(x)
    >>> output.shape, h_n.shape, layer.backward((None, np.ones_like(h_n))).shape
    ((7, 2, 10), (4, 2, 5), (7, 2, 3))
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        *,
        dtype=np.float32,
        rng=None,
    ):
        check_nonlinearity("RNN", nonlinearity)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            dtype, rng,
        )  # fmt: skip
        self.nonlinearity = nonlinearity

    def operation(self, x, states, parameters, reverse):
        return ops.rnn(x, *states, *parameters, nonlinearity=self.nonlinearity, reverse=reverse)


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber, 1997); see `dlcourse.nn.ops.lstm`.

    Arguments and layouts are those of `RNN`. The state is a tuple (h_0, c_0), each of shape
    (L · D, N, hidden_size). `layer(x)` or `layer(x, (h_0, c_0))` returns (output, (h_n, c_n));
    backward takes (dL/doutput, (dL/dh_n, dL/dc_n)), None for any part that the loss does not
    depend on, or dL/doutput alone; it returns dL/dx, or (dL/dx, (dL/dh_0, dL/dc_0)) where a state
    was given.

    Parameters: weight_ih_l0: (4 · hidden_size, input_size), its rows in the order i, f, g, o;
    weight_hh_l0, bias_ih_l0, bias_hh_l0 and the rest as in `RNN`. With peephole, which PyTorch does
    not have, also weight_ch_l0: (3, hidden_size), by which i, f and o see their own cell
    (Gers & Schmidhuber, 2000).

    >>> layer = LSTM(3, 5, batch_first=True, rng=0)
    >>> output, (h_n, c_n) = layer(np.ones((2, 7, 3), dtype=np.float32))
    >>> output.shape, h_n.shape, c_n.shape, layer.backward(np.ones_like(output)).shape
    ((2, 7, 5), (1, 2, 5), (1, 2, 5), (2, 7, 3))
    """

    gates = 4
    states = 2

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        *,
        peephole=False,
        dtype=np.float32,
        rng=None,
    ):
        self.peephole = peephole
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            dtype, rng,
        )  # fmt: skip

    def operation(self, x, states, parameters, reverse):
        return ops.lstm(x, *states, *parameters, reverse=reverse)

    def extra_repr(self):
        return super().extra_repr() + (", peephole=True" if self.peephole else "")


class GRU(Recurrent):
    """The gated recurrent unit (Cho et al., 2014); see `dlcourse.nn.ops.gru`.

    Arguments, layouts, state and gradients are those of `RNN`. reset_after and update_keeps choose
    among the forms in print: PyTorch applies the reset gate after W_hh and keeps the share z of the
    old state; Chung et al. (2014) apply it before and replace the share z. The second choice is a
    renaming of weights, the first is not.

    Parameters: weight_ih_l0: (3 · hidden_size, input_size), its rows in the order r, z, n;
    weight_hh_l0, bias_ih_l0, bias_hh_l0 and the rest as in `RNN`.

    >>> layer = GRU(3, 5, rng=0)
    >>> output, h_n = layer(np.ones((7, 2, 3), dtype=np.float32))
    >>> output.shape, h_n.shape, layer.backward((np.ones_like(output), None)).shape
    ((7, 2, 5), (1, 2, 5), (7, 2, 3))
    """

    gates = 3

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        *,
        reset_after=True,
        update_keeps=True,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            dtype, rng,
        )  # fmt: skip
        self.reset_after, self.update_keeps = reset_after, update_keeps

    def operation(self, x, states, parameters, reverse):
        return ops.gru(
            x,
            *states,
            *parameters,
            reset_after=self.reset_after,
            update_keeps=self.update_keeps,
            reverse=reverse,
        )

    def extra_repr(self):
        forms = {"reset_after": self.reset_after, "update_keeps": self.update_keeps}
        return super().extra_repr() + "".join(f", {k}=False" for k, v in forms.items() if not v)

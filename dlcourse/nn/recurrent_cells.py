"""One step of a recurrent network, for loops of one's own: a sequence of length 1."""

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.module import Module
from dlcourse.nn.ops.operation import upstream
from dlcourse.nn.recurrence import (
    accumulate,
    add_parameters,
    check_nonlinearity,
    check_sizes,
    check_states,
    parameters_of,
)
from dlcourse.random import default_rng


class Cell(Module):
    """The base of RNNCell, LSTMCell and GRUCell."""

    gates = 1
    states = 1
    peephole = False

    def __init__(self, input_size, hidden_size, bias, dtype, rng):
        super().__init__()
        check_sizes(type(self).__name__, input_size=input_size, hidden_size=hidden_size)
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        add_parameters(self, input_size, "", dtype, default_rng(rng))

    def operation(self, x, states, parameters):
        """Read a sequence: (output, last states), backward."""
        raise NotImplementedError(f"{type(self).__name__} must define operation")

    def forward(self, x, state=None):
        x, title = np.asarray(x), type(self).__name__
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ValueError(
                f"{title}: expected x of shape (N, {self.input_size}) or ({self.input_size},), "
                f"got {x.shape}"
            )
        shape = (*x.shape[:-1], self.hidden_size)
        first = check_states(title, self.states, state, shape, x)
        rows = [None if part is None else part.reshape(-1, self.hidden_size) for part in first]
        parameters = parameters_of(self, "")
        data = [None if p is None else p.data for p in parameters]
        (_, end), back = self.operation(x.reshape(1, -1, self.input_size), rows, data)
        y = tuple(part.reshape(shape) for part in end) if self.states > 1 else end.reshape(shape)

        def backward(dy):
            dend = upstream(title, y, dy)
            dend = dend if self.states > 1 else (dend,)
            dend = [None if d is None else d.reshape(-1, self.hidden_size) for d in dend]
            dx, *gradients = back((None, tuple(dend) if self.states > 1 else dend[0]))
            accumulate(parameters, gradients[self.states :])
            dx = dx.reshape(x.shape)
            if state is None:
                return dx
            dfirst = tuple(d.reshape(shape) for d in gradients[: self.states])
            return dx, dfirst if self.states > 1 else dfirst[0]

        return y, backward

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(Cell):
    """h′ = tanh(W_ih x + b_ih + W_hh h + b_hh); nonlinearity: "tanh" or "relu".

    x: (N, input_size) or (input_size,); h: (N, hidden_size) or (hidden_size,), zeros where left
    out. `cell(x)` or `cell(x, h)` returns h′; backward takes dL/dh′ and returns dL/dx, or
    (dL/dx, dL/dh) where h was given. A loop over time calls the cell once a step, and backward
    once a step in reverse, with dL/dh of a step added to what the step before owes.

    Parameters: weight_ih: (hidden_size, input_size), weight_hh: (hidden_size, hidden_size),
    bias_ih, bias_hh: (hidden_size,); uniform in ±1/√hidden_size at first.

    >>> cell = RNNCell(3, 5, rng=0)
    >>> x, h = np.ones((2, 3), dtype=np.float32), np.zeros((2, 5), dtype=np.float32)
    >>> for _ in range(2):
    ...     h = cell(x, h)
    >>> dh = np.ones_like(h)
    >>> for _ in range(2):
    ...     dx, dh = cell.backward(dh)
    >>> h.shape, dx.shape, dh.shape
    ((2, 5), (2, 3), (2, 5))
    """

    def __init__(
        self, input_size, hidden_size, bias=True, nonlinearity="tanh", *, dtype=np.float32, rng=None
    ):
        check_nonlinearity("RNNCell", nonlinearity)
        super().__init__(input_size, hidden_size, bias, dtype, rng)
        self.nonlinearity = nonlinearity

    def operation(self, x, states, parameters):
        return ops.rnn(x, *states, *parameters, nonlinearity=self.nonlinearity)

    def extra_repr(self):
        other = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + other


class LSTMCell(Cell):
    """One step of `dlcourse.nn.ops.lstm`.

    x: (N, input_size) or (input_size,); the state is a tuple (h, c), each (N, hidden_size) or
    (hidden_size,), zeros where left out. `cell(x)` or `cell(x, (h, c))` returns (h′, c′); backward
    takes (dL/dh′, dL/dc′), None for a part that the loss does not depend on, or dL/dh′ alone, and
    returns dL/dx, or (dL/dx, (dL/dh, dL/dc)) where a state was given.

    Parameters: weight_ih: (4 · hidden_size, input_size), its rows in the order i, f, g, o;
    weight_hh, bias_ih, bias_hh; with peephole, which PyTorch does not have, weight_ch:
    (3, hidden_size) for i, f and o (Gers & Schmidhuber, 2000).

    >>> cell = LSTMCell(3, 5, rng=0)
    >>> h, c = cell(np.ones((2, 3), dtype=np.float32))
    >>> h.shape, cell.backward((None, np.ones_like(c))).shape
    ((2, 5), (2, 3))
    """

    gates = 4
    states = 2

    def __init__(
        self, input_size, hidden_size, bias=True, *, peephole=False, dtype=np.float32, rng=None
    ):
        self.peephole = peephole
        super().__init__(input_size, hidden_size, bias, dtype, rng)

    def operation(self, x, states, parameters):
        return ops.lstm(x, *states, *parameters)

    def extra_repr(self):
        return super().extra_repr() + (", peephole=True" if self.peephole else "")


class GRUCell(Cell):
    """One step of `dlcourse.nn.ops.gru`, with reset_after and update_keeps as in `GRU`.

    x, h, h′ and backward are those of `RNNCell`. Parameters: weight_ih:
    (3 · hidden_size, input_size), its rows in the order r, z, n; weight_hh, bias_ih, bias_hh.

    >>> cell = GRUCell(3, 5, rng=0)
    >>> h = cell(np.ones(3, dtype=np.float32))
    >>> h.shape, cell.backward(np.ones_like(h)).shape
    ((5,), (3,))
    """

    gates = 3

    def __init__(
        self,
        input_size,
        hidden_size,
        bias=True,
        *,
        reset_after=True,
        update_keeps=True,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__(input_size, hidden_size, bias, dtype, rng)
        self.reset_after, self.update_keeps = reset_after, update_keeps

    def operation(self, x, states, parameters):
        return ops.gru(
            x,
            *states,
            *parameters,
            reset_after=self.reset_after,
            update_keeps=self.update_keeps,
        )

    def extra_repr(self):
        forms = {"reset_after": self.reset_after, "update_keeps": self.update_keeps}
        return super().extra_repr() + "".join(f", {k}=False" for k, v in forms.items() if not v)

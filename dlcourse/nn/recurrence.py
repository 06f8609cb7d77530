"""What the recurrent layers share: parameters, layers above layers, two directions, states."""

import numpy as np

from dlcourse.nn import init, ops
from dlcourse.nn.module import Module, Parameter
from dlcourse.nn.ops.operation import upstream
from dlcourse.random import default_rng


class Recurrent(Module):
    """The base of RNN, LSTM and GRU.

    A subclass says how many gates and states it has, and which operation reads a sequence.
    """

    gates = 1
    states = 1
    peephole = False

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers,
        bias,
        batch_first,
        dropout,
        bidirectional,
        dtype,
        rng,
    ):
        super().__init__()
        title = type(self).__name__
        check_sizes(title, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        if not 0 <= dropout <= 1:
            raise ValueError(f"{title}: dropout must lie in 0 to 1, got {dropout}")
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional = bidirectional
        self.rng = None if rng is None else default_rng(rng)
        for layer in range(num_layers):
            suffixes = self.suffixes(layer)
            inputs = input_size if layer == 0 else hidden_size * len(suffixes)
            for suffix in suffixes:
                add_parameters(self, inputs, suffix, dtype, self.rng)

    def operation(self, x, states, parameters, reverse):
        """Read a sequence in one direction: (output, last states), backward."""
        raise NotImplementedError(f"{type(self).__name__} must define operation")

    def suffixes(self, layer):
        """The ends of a layer's parameter names, one for each direction: "_l0", "_l0_reverse"."""
        return [f"_l{layer}", f"_l{layer}_reverse"][: 2 if self.bidirectional else 1]

    def forward(self, x, state=None):
        x = np.asarray(x)
        first = self.check_state(x, state)
        if x.ndim == 2:
            return self.forward_one_sequence(x, state)
        layers, ends = [], []
        output = x.swapaxes(0, 1) if self.batch_first else x
        for layer in range(self.num_layers):
            if layer > 0:
                output, drop = self.drop(output)
            output, end, backward = self.read(layer, output, first)
            layers.append((backward, drop if layer > 0 else None))
            ends += end
        last = [np.stack(parts) for parts in zip(*ends, strict=True)]
        y = output.swapaxes(0, 1) if self.batch_first else output, self.as_state(last)

        def backward(dy):
            dx, dlast = upstream(type(self).__name__, y, dy)
            dlast = dlast if self.states > 1 else (dlast,)
            if dx is not None and self.batch_first:
                dx = dx.swapaxes(0, 1)
            dfirst = []
            for backward, drop in reversed(layers):
                dx, dstarts = backward(dx, dlast)
                dx = dx if drop is None else drop(dx)
                dfirst = dstarts + dfirst
            dx = dx.swapaxes(0, 1) if self.batch_first else dx
            if state is None:
                return dx
            return dx, self.as_state([np.stack(parts) for parts in zip(*dfirst, strict=True)])

        return y, backward

    def read(self, layer, x, first):
        """Read a sequence with one layer, in each of its directions.

        Returns the output, the last states of each direction, and backward, from the gradients of
        the output and of all last states to those of x and of this layer's first states.
        """
        runs, outputs, ends = [], [], []
        for reverse, suffix in enumerate(self.suffixes(layer)):
            place = layer * len(self.suffixes(layer)) + reverse
            parameters = parameters_of(self, suffix)
            start = [None if state is None else state[place] for state in first]
            data = [None if p is None else p.data for p in parameters]
            (output, end), backward = self.operation(x, start, data, bool(reverse))
            outputs.append(output)
            ends.append(end if self.states > 1 else (end,))
            runs.append((place, parameters, backward))
        output = outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=-1)

        def backward_all(doutput, dlast):
            parts = [None] * len(runs)
            if doutput is not None:
                parts = np.split(doutput, len(runs), axis=-1)
            dxs, dstarts = [], []
            for (place, parameters, backward), part in zip(runs, parts, strict=True):
                dend = [None if d is None else d[place] for d in dlast]
                dx, *gradients = backward((part, self.as_state(dend)))
                accumulate(parameters, gradients[self.states :])
                dxs.append(dx)
                dstarts.append(gradients[: self.states])
            return sum(dxs[1:], start=dxs[0]), dstarts

        return output, ends, backward_all

    def as_state(self, parts):
        """(h, c) where there are two states, h alone where there is one."""
        return tuple(parts) if self.states > 1 else parts[0]

    def drop(self, x):
        """Dropout between layers while training: y and its backward."""
        return ops.dropout(x, self.dropout, self.training, self.rng)

    def forward_one_sequence(self, x, state):
        """Read (T, input_size) as a batch of one, and take the axis of the batch away again."""
        axis = 0 if self.batch_first else 1

        def added(sequence, states):
            return (
                None if sequence is None else np.expand_dims(sequence, axis),
                mapped(lambda part: np.asarray(part)[:, None], states),
            )

        def removed(sequence, states):
            return sequence.squeeze(axis), mapped(lambda part: part[:, 0], states)

        y, backward_batch = self.forward(*added(x, state))
        y = removed(*y)

        def backward(dy):
            dx = backward_batch(added(*upstream(type(self).__name__, y, dy)))
            return removed(*dx) if state is not None else dx.squeeze(axis)

        return y, backward

    def check_state(self, x, state):
        """Return the first states as a list of arrays or Nones; refuse what does not fit."""
        title = type(self).__name__
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            layout = "N, T" if self.batch_first else "T, N"
            raise ValueError(
                f"{title}: expected x of shape ({layout}, {self.input_size}), or (T, "
                f"{self.input_size}) for one sequence, got {x.shape}"
            )
        batch = () if x.ndim == 2 else (x.shape[0 if self.batch_first else 1],)
        count = self.num_layers * len(self.suffixes(0))
        return check_states(title, self.states, state, (count, *batch, self.hidden_size), x)

    def extra_repr(self):
        parts = [f"{self.input_size}, {self.hidden_size}"]
        defaults = {
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
        }
        for name, default in defaults.items():
            if getattr(self, name) != default:
                parts.append(f"{name}={getattr(self, name)}")
        return ", ".join(parts)


def mapped(function, structure):
    """Apply a function to every array in a tuple; None stays None."""
    if isinstance(structure, tuple):
        return tuple(mapped(function, part) for part in structure)
    return None if structure is None else function(structure)


def check_sizes(title, **sizes):
    """Refuse sizes that are no integers of at least 1."""
    for name, size in sizes.items():
        if not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"{title}: {name} must be an integer of at least 1, got {size!r}")


def check_nonlinearity(title, nonlinearity):
    """Refuse anything but the two that PyTorch's RNN knows."""
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"{title}: nonlinearity is 'tanh' or 'relu', got {nonlinearity!r}")


def check_states(title, count, state, shape, x):
    """Return `count` states of one shape as a list, Nones where none is given."""
    if state is None:
        return [None] * count
    if count == 1:
        state = (state,)
    elif not (isinstance(state, tuple) and len(state) == count):
        raise TypeError(f"{title}: the state is a tuple (h_0, c_0), got {type(state).__name__}")
    parts = [np.asarray(part) for part in state]
    for name, part in zip(("h_0", "c_0"), parts, strict=False):
        if part.shape != shape:
            raise ValueError(
                f"{title}: x of shape {x.shape} expects {name} of shape {shape}, got {part.shape}"
            )
    return parts


def add_parameters(module, inputs, suffix, dtype, rng):
    """Give a layer or cell its parameters, uniform in ±1/√hidden_size, in PyTorch's order."""
    rows, hidden = module.gates * module.hidden_size, module.hidden_size
    shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, hidden)}
    if module.bias:
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    if module.peephole:
        shapes["weight_ch"] = (3, hidden)
    for name, shape in shapes.items():
        parameter = Parameter(np.empty(shape, dtype=dtype))
        setattr(
            module, name + suffix, init.uniform_(parameter, -(hidden**-0.5), hidden**-0.5, rng=rng)
        )


def parameters_of(module, suffix):
    """The Parameters of a layer in one direction, None for a bias that it does not have."""
    names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    names += ["weight_ch"] if module.peephole else []
    return [module._parameters.get(name + suffix) for name in names]


def accumulate(parameters, gradients):
    """Add gradients to their parameters; there may be more gradients, of what is not there."""
    for parameter, gradient in zip(parameters, gradients, strict=False):
        if parameter is not None:
            parameter.accumulate(gradient)

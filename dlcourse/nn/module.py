"""What a layer is made of: Parameter, Module and Sequential.

A module's `forward` returns its output and the function that carries a gradient back, as the
operations do. Calling the module returns the output alone and keeps that function until
`backward` asks for it.
"""

import numpy as np

from dlcourse.grad_mode import is_grad_enabled


class Parameter:
    """An array that is learned, and the gradient that has been added up for it.

    data: an array of floats; grad: None, or an array of the same shape and dtype.

    >>> weight = Parameter(np.zeros(2))
    >>> weight.accumulate(np.array([1.0, 2.0]))
    >>> weight.accumulate(np.array([1.0, 2.0]))
    >>> weight.grad
    array([2., 4.])
    """

    def __init__(self, data):
        data = np.asarray(data)
        if data.dtype.kind != "f":
            raise TypeError(f"a Parameter holds floats, got dtype {data.dtype}")
        self.data = data
        self.grad = None

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)
    size = property(lambda self: self.data.size)

    def accumulate(self, grad):
        """Add grad to what is there: a parameter that is used twice has two paths to the loss."""
        if self.grad is None:
            self.grad = grad
        else:
            self.grad = self.grad + grad

    def __array__(self, dtype=None, copy=None):
        return np.array(self.data, dtype=dtype, copy=True if copy is None else copy)

    def __repr__(self):
        return f"Parameter({self.data!r})"


class Module:
    """The base of every layer and network.

    A subclass assigns Parameters, buffers (`register_buffer`) and Modules as attributes and
    defines `forward(x)`, which returns `(y, backward)`.

    >>> class Scale(Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = Parameter(np.array(2.0))
    ...
    ...     def forward(self, x):
    ...         def backward(dy):
    ...             return dy * self.factor.data, np.sum(dy * x)
    ...
    ...         return x * self.factor.data, self.adding_to(backward, self.factor)
    >>> scale = Scale()
    >>> scale(np.array([1.0, 3.0])), scale.backward(np.array([1.0, 1.0])), float(scale.factor.grad)
    (array([2., 6.]), array([2., 2.]), 4.0)
    """

    # A module that can leave dL/dx out takes `input_grad` in its backward and says so here.
    can_skip_input_grad = False

    def __init__(self):
        self.training = True
        self._parameters = {}
        self._buffers = {}
        self._modules = {}
        self._owed = []

    def __setattr__(self, name, value):
        kinds = {Parameter: "_parameters", Module: "_modules"}
        for kind, place in kinds.items():
            if isinstance(value, kind):
                if place not in self.__dict__:
                    raise AttributeError(
                        f"{type(self).__name__} must call super().__init__() before it assigns "
                        f"{name!r}"
                    )
                self.__dict__[place][name] = value
                break
        else:
            for place in ("_parameters", "_modules"):
                if name in self.__dict__.get(place, {}):
                    del self.__dict__[place][name]
            if name in self.__dict__.get("_buffers", {}):
                self._buffers[name] = value
        super().__setattr__(name, value)

    def register_buffer(self, name, value):
        """Keep an array that belongs to the state and is not learned, such as a running mean."""
        self._buffers[name] = value
        super().__setattr__(name, value)

    def forward(self, *inputs):
        raise NotImplementedError(
            f"{type(self).__name__} must define forward(x), which returns (y, backward)"
        )

    def __call__(self, *inputs, **options):
        result = self.forward(*inputs, **options)
        if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
            raise TypeError(
                f"{type(self).__name__}.forward must return (y, backward), "
                f"got {type(result).__name__}"
            )
        y, backward = result
        if is_grad_enabled():
            self._owed.append(backward)
        return y

    def backward(self, dy=None, *, input_grad=True):
        """Carry dL/dy back through the last call that has not been answered yet.

        Adds to the `grad` of every parameter and returns dL/dx (a tuple where there are several
        inputs). A loss takes no dy. With `input_grad=False` dL/dx may be left out (None) where
        that saves work: the data of a first layer are not learned.
        Raises RuntimeError where no call is owed a backward.
        """
        if not self._owed:
            raise RuntimeError(
                f"{type(self).__name__}.backward: no call is waiting for its gradient: call the "
                "module first, outside dlcourse.no_grad(), once for every backward"
            )
        backward = self._owed.pop()
        arguments = () if dy is None else (dy,)
        if not input_grad and self.can_skip_input_grad:
            return backward(*arguments, input_grad=False)
        return backward(*arguments)

    def adding_to(self, backward, *parameters):
        """Wrap an operation's backward: gradients beyond the first go to these parameters."""

        def accumulate(dy, **how):
            dx, *gradients = backward(dy, **how)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                if parameter is not None:
                    parameter.accumulate(gradient)
            return dx

        return accumulate

    # What is inside

    def children(self):
        return iter(self._modules.values())

    def named_modules(self, prefix=""):
        yield prefix, self
        for name, module in self._modules.items():
            yield from module.named_modules(f"{prefix}.{name}" if prefix else name)

    def modules(self):
        return (module for _, module in self.named_modules())

    def _named(self, place):
        seen = set()
        for prefix, module in self.named_modules():
            for name, value in getattr(module, place).items():
                if value is not None and id(value) not in seen:
                    seen.add(id(value))
                    yield (f"{prefix}.{name}" if prefix else name), value

    def named_parameters(self):
        """Yield (name, Parameter), each once, with names as in PyTorch: "0.weight"."""
        return self._named("_parameters")

    def parameters(self):
        return (parameter for _, parameter in self.named_parameters())

    def named_buffers(self):
        return self._named("_buffers")

    def apply(self, function):
        """Call function(module) on every module inside and on this one; returns this one."""
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    # Modes and dtypes

    def train(self, mode=True):
        """Switch to training, or with False to evaluation; returns the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        """Switch to evaluation: dropout and batch norm behave differently, nothing else does."""
        return self.train(False)

    def zero_grad(self):
        """Forget the gradients."""
        for parameter in self.parameters():
            parameter.grad = None

    def to_dtype(self, dtype):
        """Convert parameters, gradients and floating buffers; returns the module."""
        for parameter in self.parameters():
            parameter.data = parameter.data.astype(dtype)
            if parameter.grad is not None:
                parameter.grad = parameter.grad.astype(dtype)
        for module in self.modules():
            for name, value in module._buffers.items():
                if value is not None and value.dtype.kind == "f":
                    setattr(module, name, value.astype(dtype))
        return self

    def float(self):
        return self.to_dtype(np.float32)

    def double(self):
        return self.to_dtype(np.float64)

    # State

    def _state(self):
        """Yield (name, array), a module after the other; a shared one under each of its names."""
        for prefix, module in self.named_modules():
            arrays = {name: parameter.data for name, parameter in module._parameters.items()}
            for name, value in (arrays | module._buffers).items():
                if value is not None:
                    yield (f"{prefix}.{name}" if prefix else name), value

    def state_dict(self):
        """Return {name: array}, copies of all parameters and buffers under PyTorch's names."""
        return {name: np.array(value) for name, value in self._state()}

    def load_state_dict(self, state_dict):
        """Copy arrays into the parameters and buffers; PyTorch's CPU tensors do as well.

        Each keeps the module's dtype. Raises ValueError, before anything is copied, that names
        what is missing, unexpected or of another shape.
        """
        targets = dict(self._state())
        problems = [f"missing {name}" for name in targets if name not in state_dict]
        problems += [f"unexpected {name}" for name in state_dict if name not in targets]
        arrays = {name: np.asarray(state_dict[name]) for name in targets if name in state_dict}
        problems += [
            f"{name} has shape {array.shape} where {targets[name].shape} is expected"
            for name, array in arrays.items()
            if array.shape != targets[name].shape
        ]
        if problems:
            raise ValueError(f"load_state_dict of {type(self).__name__}: " + "; ".join(problems))
        for name, array in arrays.items():
            targets[name][...] = array

    def extra_repr(self):
        return ""

    def __repr__(self):
        lines = [
            f"({name}): " + repr(module).replace("\n", "\n  ")
            for name, module in self._modules.items()
        ]
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"

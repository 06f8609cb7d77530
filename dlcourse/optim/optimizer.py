"""What all optimizers share: parameter groups, state, and the check before a step."""

import numpy as np

from dlcourse.nn.module import Parameter

# Long enough that a Python loop over blocks costs little, short enough that what an update reads,
# writes and keeps in between stays in the processor's cache: its speed depends on nothing else.
BLOCK = 65_536


class Optimizer:
    """Updates parameters from their gradients; a subclass defines `update(parameter, group)`.

    params: Parameters, or dicts with the key "params" and settings of their own, as in
    `torch.optim`. Raises ValueError for no parameters or one that stands in two groups, TypeError
    for anything that is no Parameter.

    >>> class SignDescent(Optimizer):
    ...     def update(self, parameter, group):
    ...         parameter.data -= group["lr"] * np.sign(parameter.grad)
    >>> w = Parameter(np.array([1.0, -1.0]))
    >>> w.grad = np.array([30.0, -0.2])
    >>> SignDescent([w], {"lr": 0.1}).step()
    >>> w.data
    array([ 0.9, -0.9])
    """

    def __init__(self, params, defaults):
        if isinstance(params, Parameter):
            raise TypeError("params must be an iterable of Parameters, got a single Parameter")
        self.defaults = defaults
        self.param_groups = []
        self.state = {}
        params = list(params)
        if not params:
            raise ValueError("optimizer got no parameters: pass net.parameters(), unused so far")
        for group in params if isinstance(params[0], dict) else [{"params": params}]:
            self.add_param_group(group)

    def add_param_group(self, group):
        """Add {"params": parameters, setting: value, ...}; missing settings are the defaults."""
        unknown = set(group) - set(self.defaults) - {"params"}
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no setting {', '.join(sorted(unknown))}; it has "
                f"{', '.join(self.defaults)}"
            )
        params = group["params"]
        params = [params] if isinstance(params, Parameter) else list(params)
        known = {id(p) for other in self.param_groups for p in other["params"]}
        for parameter in params:
            if not isinstance(parameter, Parameter):
                raise TypeError(f"optimizer expects Parameters, got {type(parameter).__name__}")
            if id(parameter) in known:
                raise ValueError("a parameter stands twice among the optimizer's parameters")
            known.add(id(parameter))
        self.param_groups.append({**self.defaults, **group, "params": params})

    def zero_grad(self):
        """Forget the gradients, which otherwise add up."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def step(self, closure=None):
        """Update every parameter that has a gradient.

        closure: a function that computes the loss and its gradients and returns the loss, which
        step then returns. Raises ValueError where no parameter has a gradient: a step before any
        backward.
        """
        loss = None if closure is None else closure()
        groups = [
            (group, [p for p in group["params"] if p.grad is not None])
            for group in self.param_groups
        ]
        if not any(parameters for _, parameters in groups):
            raise ValueError(
                f"{type(self).__name__}.step: no parameter has a gradient: call backward first"
            )
        for group, parameters in groups:
            for parameter in parameters:
                self.update(parameter, group)
        return loss

    def update(self, parameter, group):
        raise NotImplementedError(f"{type(self).__name__} must define update(parameter, group)")

    def state_of(self, parameter, *names, start=0.0):
        """Return the parameter's state, begun with a step count and an array for each name."""
        if parameter not in self.state:
            arrays = {name: np.full_like(parameter.data, start) for name in names}
            self.state[parameter] = {"step": 0, **arrays}
        return self.state[parameter]

    # Saving and going on

    def _numbered(self):
        """Parameters in order, as the state dict numbers them."""
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def state_dict(self):
        """Return {"state": {number: {...}}, "param_groups": [...]}, in PyTorch's layout.

        Parameters are numbered in order; arrays are copies.
        """
        number = {id(parameter): n for n, parameter in enumerate(self._numbered())}
        state = {
            number[id(parameter)]: {
                name: value.copy() if isinstance(value, np.ndarray) else value
                for name, value in entry.items()
            }
            for parameter, entry in self.state.items()
        }
        groups = [
            {**group, "params": [number[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Continue from a state dict, of this library or of PyTorch's optimizer of the same name.

        Settings that this library does not have (foreach, fused, ...) are left out. Raises
        ValueError, before anything changes, where the groups or the shapes differ.
        """
        groups, saved = state_dict["param_groups"], state_dict["state"]
        have = [len(group["params"]) for group in self.param_groups]
        came = [len(group["params"]) for group in groups]
        if have != came:
            raise ValueError(
                f"load_state_dict of {type(self).__name__}: expected parameter groups of {have} "
                f"parameters, got {came}"
            )
        order = [number for group in groups for number in group["params"]]
        state = {
            parameter: {
                name: _loaded(name, value, parameter) for name, value in saved[number].items()
            }
            for number, parameter in zip(order, self._numbered(), strict=True)
            if number in saved
        }
        self.state = state
        for ours, theirs in zip(self.param_groups, groups, strict=True):
            ours.update({name: theirs[name] for name in self.defaults if name in theirs})


def _loaded(name, value, parameter):
    """A value of a saved state: a count as an int, an array as a copy in the parameter's dtype."""
    if name == "step":
        return int(value)
    if value is None:
        return None
    array = np.asarray(value).astype(parameter.dtype)
    if array.shape != parameter.shape:
        raise ValueError(
            f"load_state_dict: {name} has shape {array.shape} for a parameter of shape "
            f"{parameter.shape}"
        )
    return array


def blocks(*arrays):
    """Yield the same stretch of several arrays of one shape, and scratch memory of that size.

    The stretches are flat views of the arrays, so that writing to them updates the arrays; arrays
    that are not contiguous have no flat view and come as one block.
    """
    if not all(array.flags.c_contiguous for array in arrays):
        yield [*arrays, np.empty_like(arrays[0])]
        return
    flat = [array.reshape(-1) for array in arrays]
    scratch = np.empty(min(BLOCK, flat[0].size), flat[0].dtype)
    for start in range(0, flat[0].size, BLOCK):
        views = [array[start : start + BLOCK] for array in flat]
        yield [*views, scratch[: views[0].size]]


def require(name, value, condition, expected):
    """Refuse a setting that the method is not defined for."""
    if not condition:
        raise ValueError(f"{name} must be {expected}, got {value}")


def descent(parameter, group):
    """The gradient to go down: with weight_decay · θ added, and its sign turned by maximize."""
    gradient = -parameter.grad if group["maximize"] else parameter.grad
    if group["weight_decay"]:
        gradient = gradient + group["weight_decay"] * parameter.data
    return gradient

"""What all optimizers share: parameter groups, zero_grad, and the check before a step."""

from dlcourse.nn.module import Parameter


class Optimizer:
    """Updates parameters from their gradients; a subclass defines `update(parameter, group)`.

    params: Parameters, or dicts with the key "params" and settings of their own, as in
    `torch.optim`. Raises ValueError for no parameters or one that stands in two groups, TypeError
    for anything that is no Parameter.
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

    def step(self):
        """Update every parameter that has a gradient.

        Raises ValueError where none has one: a step before any backward.
        """
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

    def update(self, parameter, group):
        raise NotImplementedError(f"{type(self).__name__} must define update(parameter, group)")


def require(name, value, condition, expected):
    """Refuse a setting that the method is not defined for."""
    if not condition:
        raise ValueError(f"{name} must be {expected}, got {value}")

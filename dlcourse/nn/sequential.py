"""Modules one after the other."""

from dlcourse.nn.module import Module


class Sequential(Module):
    """y = fₙ(… f₂(f₁(x))); backward runs through them in reverse.

    Takes modules, or one dict of names to modules. Children are called "0", "1", … as in PyTorch.

    >>> from dlcourse import nn
    >>> nn.Sequential(nn.Linear(2, 3, rng=0), nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    can_skip_input_grad = True

    def __init__(self, *modules):
        super().__init__()
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], dict) else None
        for name, module in (dict(enumerate(modules)) if named is None else named).items():
            self.append(module, name=str(name))

    def append(self, module, name=None):
        """Add a module at the end; returns the network."""
        if not isinstance(module, Module):
            raise TypeError(f"Sequential holds Modules, got {type(module).__name__}: {module!r}")
        setattr(self, name or str(len(self)), module)
        return self

    def forward(self, x):
        backwards = []
        for module in self:
            x, backward = module.forward(x)
            backwards.append((module, backward))

        def backward(dy, input_grad=True):
            stop = -1 if input_grad else self._first_with_parameters()
            for place in range(len(backwards) - 1, stop, -1):
                dy = backwards[place][1](dy)
            if input_grad:
                return dy
            if stop < len(backwards):
                module, last = backwards[stop]
                last(dy, **({"input_grad": False} if module.can_skip_input_grad else {}))
            return None

        return x, backward

    def _first_with_parameters(self):
        """The place of the first module that learns: below it, nobody asks for a gradient."""
        for place, module in enumerate(self):
            if next(module.parameters(), None) is not None:
                return place
        return len(self)

    def __iter__(self):
        return self.children()

    def __len__(self):
        return len(self._modules)

    def __getitem__(self, place):
        named = list(self._modules.items())
        return Sequential(dict(named[place])) if isinstance(place, slice) else named[place][1]

"""A path around a network."""

import numpy as np

from dlcourse.nn.module import Module


class Residual(Module):
    """y = body(x) + shortcut(x) (He et al., 2016).

    body, shortcut: Modules whose outputs have one shape; shortcut=None is the identity, a
    projection (a 1×1 convolution with a stride) where the body changes the shape. x forks and its
    two paths add, so that dL/dx = body.backward(dL/dy) + shortcut.backward(dL/dy): with the
    identity the gradient reaches x whatever the body does. Raises ValueError where the two outputs
    differ in shape.

    >>> from dlcourse import nn
    >>> block = Residual(nn.Sequential(nn.Linear(3, 3, rng=0), nn.Tanh()))
    >>> y = block(np.zeros((2, 3), dtype=np.float32))
    >>> y.shape, block.backward(np.ones_like(y)).shape
    ((2, 3), (2, 3))
    """

    can_skip_input_grad = True

    def __init__(self, body, shortcut=None):
        super().__init__()
        for name, module in (("body", body), ("shortcut", shortcut)):
            if not isinstance(module, Module) and not (name == "shortcut" and module is None):
                raise TypeError(f"Residual: {name} must be a Module, got {type(module).__name__}")
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        paths = [(self.body, *self.body.forward(x))]
        if self.shortcut is not None:
            paths.append((self.shortcut, *self.shortcut.forward(x)))
        added = paths[-1][1] if self.shortcut is not None else np.asarray(x)
        if np.shape(paths[0][1]) != np.shape(added):
            raise ValueError(
                f"Residual: body gives shape {np.shape(paths[0][1])} and shortcut "
                f"{np.shape(added)}: they must be equal to be added"
            )

        def backward(dy, input_grad=True):
            dx = None if self.shortcut is not None else dy
            for module, _, path_backward in paths:
                if not input_grad and module.can_skip_input_grad:
                    path_backward(dy, input_grad=False)
                else:
                    through = path_backward(dy)
                    dx = through if dx is None else dx + through
            return dx if input_grad else None

        return paths[0][1] + added, backward

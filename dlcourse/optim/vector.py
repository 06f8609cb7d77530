"""All parameters as one vector, as second-order methods see them."""

import numpy as np


class ParameterVector:
    """A view of several parameters as one vector of length n: θ."""

    def __init__(self, parameters):
        self.parameters = parameters

    def values(self):
        """θ, a copy: (n,)."""
        return np.concatenate([parameter.data.ravel() for parameter in self.parameters])

    def gradient(self):
        """The gradient with respect to θ, a copy: (n,), with 0 for a parameter that has none."""
        return np.concatenate(
            [
                np.zeros(p.size, p.dtype) if p.grad is None else p.grad.ravel()
                for p in self.parameters
            ]
        )

    def assign(self, vector):
        """Set θ. vector: (n,)."""
        start = 0
        for parameter in self.parameters:
            part = vector[start : start + parameter.size]
            parameter.data[...] = part.reshape(parameter.shape)
            start += parameter.size

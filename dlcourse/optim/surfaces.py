"""Four landscapes of two weights on which optimizers differ, and the path of one across them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dlcourse.nn.module import Parameter

__all__ = ["SURFACES", "Surface", "roll"]

# Beyond this a path has left every map; going on would only overflow.
LOST = 1e6


@dataclass(frozen=True)
class Surface:
    """A loss of two weights w = (w₁, w₂), with its gradient.

    value(w): () for w of shape (2,), (...) for (2, ...); gradient(w): the shape of w.
    start: where a race begins; minimum: a lowest point, with value 0; view: (lowest w₁, highest w₁,
    lowest w₂, highest w₂) of a map that holds both.

    >>> ravine = SURFACES["ravine"]
    >>> float(ravine.value(np.array([1.0, 1.0]))), ravine.gradient(np.array([1.0, 1.0]))
    (25.5, array([ 1., 50.]))
    """

    name: str
    value: Callable
    gradient: Callable
    start: tuple
    minimum: tuple
    view: tuple

    def loss(self, parameter):
        """The value at a Parameter of shape (2,), whose gradient is set: a closure's body."""
        parameter.grad = self.gradient(parameter.data)
        return float(self.value(parameter.data))


def _plateau(w):
    return 1 - np.exp(-(w[0] ** 2 + w[1] ** 2) / 2)


def _plateau_gradient(w):
    return w * np.exp(-(w[0] ** 2 + w[1] ** 2) / 2)


def _saddle(w):
    return w[0] ** 2 / 2 + (w[1] ** 2 - 1) ** 2 / 4


def _saddle_gradient(w):
    return np.stack([w[0], w[1] ** 3 - w[1]])


def _ravine(w):
    return (w[0] ** 2 + 50 * w[1] ** 2) / 2


def _ravine_gradient(w):
    return np.stack([w[0], 50 * w[1]])


# Two valleys with a hill between them; the second is deeper, by the tilt.
_VALLEYS = np.array([0.05, 0.0, -0.4, -0.25, 0.0])
_ACROSS = np.roots(np.polyder(_VALLEYS)).real.max()
_FLOOR = np.polyval(_VALLEYS, _ACROSS)


def _hill(w):
    return np.polyval(_VALLEYS, w[0]) - _FLOOR + w[1] ** 2 / 2


def _hill_gradient(w):
    return np.stack([np.polyval(np.polyder(_VALLEYS), w[0]), w[1]])


#: By name. On the plateau the slope is nearly zero far from the hole; from the saddle the way down
#: begins across the way in; the ravine is 50 times steeper across than along; on the way to the
#: lowest point of the last there is a valley and a hill.
SURFACES = {
    name: Surface(name, value, gradient, start, minimum, view)
    for name, value, gradient, start, minimum, view in (
        ("plateau", _plateau, _plateau_gradient, (-3.2, 1.8), (0.0, 0.0), (-4, 2, -2.4, 3.6)),
        ("saddle", _saddle, _saddle_gradient, (-1.6, 0.001), (0.0, 1.0), (-2, 1.2, -1.4, 1.8)),
        ("ravine", _ravine, _ravine_gradient, (-4.0, 1.0), (0.0, 0.0), (-4.6, 1.4, -3, 3)),
        ("hill", _hill, _hill_gradient, (-3.6, 1.0), (_ACROSS, 0.0), (-4.4, 3.6, -4, 4)),
    )
}


def roll(surface, make, steps):
    """Let an optimizer go at the surface's start; return its path, (steps + 1, 2).

    make: from a list of one Parameter to an optimizer, such as `lambda w: SGD(w, lr=0.1)`. The loss
    has no chance in it: `step` gets it as a closure, which second-order methods call several times.
    Where a path leaves every map, or a step cannot be computed, the rest of it is nan.

    >>> from dlcourse.optim import SGD
    >>> path = roll(SURFACES["ravine"], lambda w: SGD(w, lr=0.02), steps=1)
    >>> path.round(2) + 0.0
    array([[-4.  ,  1.  ],
           [-3.92,  0.  ]])
    """
    w = Parameter(np.array(surface.start, dtype=float))
    optimizer = make([w])
    path = np.full((steps + 1, 2), np.nan)
    path[0] = w.data
    for step in range(1, steps + 1):
        try:
            optimizer.step(lambda: surface.loss(w))
        except ValueError:  # Newton, where the Hessian is singular
            break
        if not np.abs(w.data).max() < LOST:
            break
        path[step] = w.data
    return path

"""One unit vector at a time, on the flattened array."""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    steps = eps * np.eye(x.size)
    slopes = [
        0.5 * (f(x + step.reshape(x.shape)) - f(x - step.reshape(x.shape))) / eps for step in steps
    ]
    return np.array(slopes).reshape(x.shape)

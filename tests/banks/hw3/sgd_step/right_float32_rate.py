"""The rate becomes an array first, the sum is taken by einsum."""

import numpy as np


def sgd_step(w, g, state, lr):
    return np.einsum("k...,k->...", np.stack([w, g]), np.array([1.0, -lr]))

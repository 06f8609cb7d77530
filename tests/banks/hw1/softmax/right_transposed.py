"""Columns instead of rows, turned back at the end."""

import numpy as np


def softmax(scores):
    columns = scores.T.astype(np.float64)
    e = np.exp(columns - columns.max(axis=0))
    return (e / np.einsum("kn->n", e)).T

"""einsum throughout, gradients in a list."""

import numpy as np


def linear(x, weight, bias):
    return np.einsum("ni,oi->no", x, weight) + bias


def linear_backward(dy, x, weight):
    return [
        np.einsum("no,oi->ni", dy, weight),
        np.einsum("no,ni->oi", dy, x),
        np.einsum("no->o", dy),
    ]

"""The gradient for the weight has the shape (in, out)."""


def linear_backward(dy, x, weight):
    return dy @ weight, x.T @ dy, dy.sum(axis=0)

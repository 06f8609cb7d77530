"""The gradient for the bias is averaged a second time."""


def linear_backward(dy, x, weight):
    return dy @ weight, dy.T @ x, dy.mean(axis=0)

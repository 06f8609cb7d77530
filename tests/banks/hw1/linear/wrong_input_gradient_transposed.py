"""dy is multiplied by the transposed weight, as in the forward pass."""


def linear_backward(dy, x, weight):
    return dy @ weight.T, dy.T @ x, dy.sum(axis=0)

"""The slope at zero is taken as 1."""


def relu_backward(dy, z):
    return dy * (z >= 0)

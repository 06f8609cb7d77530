"""The gradient is multiplied by the output, not by the slope."""


def relu_backward(dy, z):
    return dy * relu(z)

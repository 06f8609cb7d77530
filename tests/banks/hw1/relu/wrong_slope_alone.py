"""The slope is not multiplied by the gradient from above."""


def relu_backward(dy, z):
    return (z > 0).astype(float)

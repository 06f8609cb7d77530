"""z(1 - z): the formula in terms of the output, applied to the input."""


def sigmoid_derivative(z):
    return z * (1 - z)

"""The forward pass leaves the bias out."""


def linear(x, weight, bias):
    return x @ weight.T

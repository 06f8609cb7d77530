"""The scores are returned, and not their side."""


def perceptron_predict(x, weight, bias):
    return x @ weight + bias

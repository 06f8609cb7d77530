"""The sides are called 0 and 1."""


def perceptron_predict(x, weight, bias):
    return (x @ weight + bias > 0).astype(int)

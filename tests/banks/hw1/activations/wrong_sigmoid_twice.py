"""The sigmoid is applied to a value that has been through it."""


def sigmoid_derivative(z):
    y = sigmoid(z)
    return sigmoid(y) * (1 - sigmoid(y))

"""The caller's weights are changed in place."""


def perceptron_update(weight, bias, x_i, y_i):
    if y_i * (x_i @ weight + bias) <= 0:
        weight += y_i * x_i
        bias += y_i
    return weight, bias

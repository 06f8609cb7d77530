"""The example is always added, whatever its label."""


def perceptron_update(weight, bias, x_i, y_i):
    if y_i * (x_i @ weight + bias) <= 0:
        return weight + x_i, bias + 1
    return weight, bias

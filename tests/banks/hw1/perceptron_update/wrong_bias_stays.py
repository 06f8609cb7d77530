"""The bias is never updated."""


def perceptron_update(weight, bias, x_i, y_i):
    if y_i * (x_i @ weight + bias) <= 0:
        return weight + y_i * x_i, bias
    return weight, bias

"""It also moves on examples that are classified right."""


def perceptron_update(weight, bias, x_i, y_i):
    return weight + y_i * x_i, bias + y_i

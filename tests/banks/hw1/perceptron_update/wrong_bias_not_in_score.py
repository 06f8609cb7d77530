"""The bias moves, but the decision whether it was a mistake leaves it out."""


def perceptron_update(weight, bias, x_i, y_i):
    if y_i * (x_i @ weight) <= 0:
        return weight + y_i * x_i, bias + y_i
    return weight, bias

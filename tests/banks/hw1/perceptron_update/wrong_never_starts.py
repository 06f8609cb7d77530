"""With < instead of <=, a neuron with zero weights never makes a mistake and never learns."""


def perceptron_update(weight, bias, x_i, y_i):
    if y_i * (x_i @ weight + bias) < 0:
        return weight + y_i * x_i, bias + y_i
    return weight, bias

"""The step follows the gradient."""


def sgd_step(w, g, state, lr):
    return w + lr * g

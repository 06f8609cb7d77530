"""In place, on a copy."""


def sgd_step(w, g, state, lr):
    after = w.copy()
    after -= lr * g
    return after

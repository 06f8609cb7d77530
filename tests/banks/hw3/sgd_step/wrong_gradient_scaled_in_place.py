"""The caller's gradient is scaled in place."""


def sgd_step(w, g, state, lr):
    g *= lr
    return w - g

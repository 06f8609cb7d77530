"""Adam with a new state in every step: the sign of the gradient."""


def cross_valley(loss_and_gradient, start):
    w = start
    for _ in range(100):
        w = adam_step(w, loss_and_gradient(w)[1], {}, 1.0)
    return w

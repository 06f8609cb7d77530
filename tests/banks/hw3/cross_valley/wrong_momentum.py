"""Momentum at its best rate."""


def cross_valley(loss_and_gradient, start):
    w, velocity = start, 0
    for _ in range(100):
        velocity = 0.9 * velocity + loss_and_gradient(w)[1]
        w = w - 0.56 * velocity
    return w

"""Plain descent with all the time in the world."""


def cross_valley(loss_and_gradient, start):
    w = start
    for _ in range(6000):
        loss, g = loss_and_gradient(w)
        if loss < 0.1:
            break
        w = w - 0.3 * g
    return w

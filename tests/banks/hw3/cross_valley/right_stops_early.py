"""Adam until the goal is reached, with 1/t decay."""


def cross_valley(loss_and_gradient, start):
    w, state = start, {}
    for t in range(100):
        loss, g = loss_and_gradient(w)
        if loss < 0.08:
            break
        w = adam_step(w, g, state, 2.0 / (1 + 0.02 * t))
    return w

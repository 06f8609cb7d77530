"""Adam with the rate that everybody copies."""


def cross_valley(loss_and_gradient, start):
    w, state = start, {}
    for _ in range(100):
        w = adam_step(w, loss_and_gradient(w)[1], state, 0.001)
    return w

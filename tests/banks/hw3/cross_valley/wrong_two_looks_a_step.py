"""Adam, but the loss and the gradient are asked for apart."""


def cross_valley(loss_and_gradient, start):
    w, state = start, {}
    for _ in range(100):
        if loss_and_gradient(w)[0] < 0.01:
            break
        w = adam_step(w, loss_and_gradient(w)[1], state, 1.0)
    return w

"""The velocity is not kept."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    v = state.get("v", 0)
    v = momentum * v + g
    return w - lr * (g + momentum * v)

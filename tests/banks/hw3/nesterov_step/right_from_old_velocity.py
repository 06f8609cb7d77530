"""In terms of the old velocity: (1 + momentum) g + momentum squared v."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    old = state["v"] if state else 0.0
    direction = (1 + momentum) * g + momentum**2 * old
    state["v"] = momentum * old + g
    return w - lr * direction

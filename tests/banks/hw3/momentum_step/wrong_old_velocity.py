"""The step is taken before the velocity hears of the gradient."""


def momentum_step(w, g, state, lr, momentum=0.9):
    v = state.get("v", 0 * w)
    state["v"] = momentum * v + g
    return w - lr * v

"""The caller's weights are overwritten."""


def momentum_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + g
    w -= lr * state["v"]
    return w

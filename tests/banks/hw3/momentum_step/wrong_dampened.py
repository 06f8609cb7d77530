"""The gradient enters times 1 - momentum."""


def momentum_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + (1 - momentum) * g
    return w - lr * state["v"]

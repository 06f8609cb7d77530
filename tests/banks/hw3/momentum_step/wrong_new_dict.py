"""A new dict takes the name `state`; the caller's stays empty."""


def momentum_step(w, g, state, lr, momentum=0.9):
    v = momentum * state.get("v", 0) + g
    state = {"v": v}
    return w - lr * state["v"]

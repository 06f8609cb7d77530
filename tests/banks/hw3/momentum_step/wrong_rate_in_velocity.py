"""The rate is a part of the velocity."""


def momentum_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + lr * g
    return w - state["v"]

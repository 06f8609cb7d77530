"""Momentum, without a look ahead."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + g
    return w - lr * state["v"]

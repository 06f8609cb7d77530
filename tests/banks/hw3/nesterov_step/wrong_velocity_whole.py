"""The velocity enters the step whole."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + g
    return w - lr * (g + state["v"])

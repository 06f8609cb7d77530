"""The gradient is missing from the step."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + g
    return w - lr * momentum * state["v"]

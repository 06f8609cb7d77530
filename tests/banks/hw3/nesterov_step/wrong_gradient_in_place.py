"""The direction is built inside the caller's gradient."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + g
    g += momentum * state["v"]
    return w - lr * g

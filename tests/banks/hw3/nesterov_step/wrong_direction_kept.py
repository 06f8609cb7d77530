"""The direction of the step is kept in the place of the velocity."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    v = momentum * state.get("v", 0) + g
    state["v"] = g + momentum * v
    return w - lr * state["v"]

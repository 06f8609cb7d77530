"""The look ahead takes the old velocity: momentum again."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    old = state.get("v", 0)
    state["v"] = momentum * old + g
    return w - lr * (g + momentum * old)

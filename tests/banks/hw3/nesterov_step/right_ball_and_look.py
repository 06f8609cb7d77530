"""The ball and the point that it looks at, kept apart."""


def nesterov_step(w, g, state, lr, momentum=0.9):
    old = state.get("v", 0 * w)
    ball = w + lr * momentum * old
    state["v"] = momentum * old + g
    ball = ball - lr * state["v"]
    return ball - lr * momentum * state["v"]

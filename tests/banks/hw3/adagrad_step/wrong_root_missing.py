"""Divided by the sum of squares itself."""


def adagrad_step(w, g, state, lr, eps=1e-10):
    state["s"] = state.get("s", 0) + g**2
    return w - lr * g / (state["s"] + eps)

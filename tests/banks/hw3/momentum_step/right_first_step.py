"""The first step apart, with a copy of the gradient."""


def momentum_step(w, g, state, lr, momentum=0.9):
    if "buffer" in state:
        state["buffer"] = momentum * state["buffer"] + g
    else:
        state["buffer"] = g.copy()
    return w - lr * state["buffer"]

"""The state holds the caller's first gradient and writes into it later."""


def momentum_step(w, g, state, lr, momentum=0.9):
    if "v" not in state:
        state["v"] = g
    else:
        state["v"] *= momentum
        state["v"] += g
    return w - lr * state["v"]

"""The velocity lives outside and is shared by all walks."""

velocities = {}


def momentum_step(w, g, state, lr, momentum=0.9):
    velocities["v"] = momentum * velocities.get("v", 0) + g
    return w - lr * velocities["v"]

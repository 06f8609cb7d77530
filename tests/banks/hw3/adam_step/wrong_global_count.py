"""The count of steps is global and is never reset."""

import numpy as np

steps = [0]


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    steps[0] += 1
    state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    m_hat = state["m"] / (1 - betas[0] ** steps[0])
    v_hat = state["v"] / (1 - betas[1] ** steps[0])
    return w - lr * m_hat / (np.sqrt(v_hat) + eps)

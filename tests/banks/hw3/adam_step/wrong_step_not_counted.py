"""The correction is always that of the first step."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    m_hat, v_hat = state["m"] / (1 - betas[0]), state["v"] / (1 - betas[1])
    return w - lr * m_hat / (np.sqrt(v_hat) + eps)

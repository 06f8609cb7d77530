"""Adam written out, without a call of adam_step."""

import numpy as np


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    pull = 0 if decoupled else weight_decay
    slope = g + pull * w
    t = state["t"] = state.get("t", 0) + 1
    state["a"] = betas[0] * state.get("a", 0) + (1 - betas[0]) * slope
    state["b"] = betas[1] * state.get("b", 0) + (1 - betas[1]) * slope * slope
    a, b = state["a"] / (1 - betas[0] ** t), state["b"] / (1 - betas[1] ** t)
    kept = 1 - lr * weight_decay if decoupled else 1
    return kept * w - lr * a / (np.sqrt(b) + eps)

"""Decay in the gradient and beside it."""


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    slope = g + weight_decay * w
    if decoupled:
        w = (1 - lr * weight_decay) * w
    return adam_step(w, slope, state, lr, betas, eps)

"""The caller's weights shrink in place."""


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    if decoupled:
        w *= 1 - lr * weight_decay
    else:
        g = g + weight_decay * w
    return adam_step(w, g, state, lr, betas, eps)

"""Both kinds shrink the weight."""


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    return adam_step((1 - lr * weight_decay) * w, g, state, lr, betas, eps)

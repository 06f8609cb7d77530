"""Both kinds go through the gradient."""


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    return adam_step(w, g + weight_decay * w, state, lr, betas, eps)

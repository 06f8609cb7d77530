"""What Adam's step has reached decays, and not the weight before it."""


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    if decoupled:
        return (1 - lr * weight_decay) * adam_step(w, g, state, lr, betas, eps)
    return adam_step(w, g + weight_decay * w, state, lr, betas, eps)

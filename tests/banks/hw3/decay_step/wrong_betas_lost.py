"""The betas are not handed on."""


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    if decoupled:
        return adam_step((1 - lr * weight_decay) * w, g, state, lr)
    return adam_step(w, g + weight_decay * w, state, lr)

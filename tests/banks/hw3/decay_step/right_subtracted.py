"""The decoupled decay is subtracted from Adam's end point; it is of the weight before the step."""


def decay_step(w, g, state, lr, weight_decay, decoupled, betas=(0.9, 0.999), eps=1e-8):
    if not decoupled:
        return adam_step(w, g + weight_decay * w, state, lr, betas=betas, eps=eps)
    after = adam_step(w, g, state, lr, betas=betas, eps=eps)
    return after - lr * weight_decay * w

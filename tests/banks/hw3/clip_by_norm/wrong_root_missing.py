"""The square of the norm."""


def clip_by_norm(gradients, max_norm):
    norm = sum((g**2).sum() for g in gradients)
    return [g * min(1, max_norm / max(norm, 1e-12)) for g in gradients], norm

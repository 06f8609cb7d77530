"""Number by number; short gradients come back as they are."""

import math


def clip_by_norm(gradients, max_norm):
    total = 0.0
    for g in gradients:
        for value in g.flat:
            total += float(value) ** 2
    norm = math.sqrt(total)
    clipped = []
    for g in gradients:
        clipped.append(g * (max_norm / norm) if norm > max_norm else g)
    return clipped, norm

"""One over the largest curvature: safe and slow."""


def best_rate(curvatures):
    rate = 1 / max(curvatures)
    return rate, max(abs(1 - rate * curvatures))

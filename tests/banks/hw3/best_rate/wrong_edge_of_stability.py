"""The largest rate that does not explode."""


def best_rate(curvatures):
    rate = 2 / max(curvatures)
    return rate, max(abs(1 - rate * curvatures))

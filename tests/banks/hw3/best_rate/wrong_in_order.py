"""The first is taken for the smallest, the last for the largest."""


def best_rate(curvatures):
    rate = 2 / (curvatures[0] + curvatures[-1])
    return rate, max(abs(1 - rate * curvatures))

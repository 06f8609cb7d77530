"""The factor of the steepest direction, with its sign."""


def best_rate(curvatures):
    rate = 2 / (min(curvatures) + max(curvatures))
    return rate, 1 - rate * max(curvatures)

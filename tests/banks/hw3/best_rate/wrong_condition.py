"""The ratio of the curvatures for the factor."""


def best_rate(curvatures):
    return 2 / (min(curvatures) + max(curvatures)), min(curvatures) / max(curvatures)

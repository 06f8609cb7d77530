"""The caller's array is sorted."""


def best_rate(curvatures):
    curvatures.sort()
    rate = 2 / (curvatures[0] + curvatures[-1])
    return rate, abs(1 - rate * curvatures).max()

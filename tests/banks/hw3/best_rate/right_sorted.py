"""The ends of the sorted list, and the factor in closed form."""


def best_rate(curvatures):
    ordered = sorted(float(value) for value in curvatures)
    flat, steep = ordered[0], ordered[-1]
    return 2 / (flat + steep), (steep - flat) / (steep + flat)

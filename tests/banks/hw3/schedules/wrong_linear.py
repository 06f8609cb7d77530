"""The same amount is taken off in each step."""


def exponential_decay(t, base, gamma):
    return max(0.0, base - t * base * (1 - gamma))

"""1/t decay begins at t = 1."""


def inverse_time_decay(t, base, k):
    return base / (1 + k * (t + 1))

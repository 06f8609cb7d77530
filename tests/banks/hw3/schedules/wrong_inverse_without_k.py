"""1/t decay forgets k."""


def inverse_time_decay(t, base, k):
    return base / (1 + t)

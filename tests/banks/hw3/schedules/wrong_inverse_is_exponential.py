"""1/t decay to the power t."""


def inverse_time_decay(t, base, k):
    return base / (1 + k) ** t

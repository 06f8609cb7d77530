"""From one rate to the next."""


def step_decay(t, base, step_size, gamma):
    rate = base
    for now in range(1, t + 1):
        if now % step_size == 0:
            rate *= gamma
    return rate


def exponential_decay(t, base, gamma):
    for _ in range(t):
        base *= gamma
    return base


def inverse_time_decay(t, base, k):
    return 1 / (1 / base + sum(k / base for _ in range(t)))

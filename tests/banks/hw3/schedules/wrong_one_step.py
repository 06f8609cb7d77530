"""Step decay falls once."""


def step_decay(t, base, step_size, gamma):
    return base if t < step_size else base * gamma

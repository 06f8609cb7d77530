"""Step decay falls a little in every step."""


def step_decay(t, base, step_size, gamma):
    return base * gamma ** (t / step_size)

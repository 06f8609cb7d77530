"""Step decay counts from one."""


def step_decay(t, base, step_size, gamma):
    return base * gamma ** ((t + 1) // step_size)

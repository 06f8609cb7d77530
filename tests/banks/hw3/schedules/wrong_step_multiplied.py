"""Step decay multiplies by the number of the step."""


def step_decay(t, base, step_size, gamma):
    drops = t // step_size
    return base * gamma * drops if drops else base

"""The base is raised to the power as well."""


def exponential_decay(t, base, gamma):
    return (base * gamma) ** t

"""The built-in max compares whole arrays."""


def relu(z):
    return max(z, 0)

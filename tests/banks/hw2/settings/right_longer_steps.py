"""Longer steps; a scale that is an int, keys in another order."""


def settings():
    return {"batch_size": 256, "lr": 0.004, "scale": 9, "steps": 195}

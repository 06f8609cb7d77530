"""Waves that are too slow: a blur."""


def settings():
    return {"scale": 2.0, "steps": 195, "batch_size": 256, "lr": 3e-3}

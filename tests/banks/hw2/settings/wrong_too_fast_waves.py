"""Waves that are too fast: grain."""


def settings():
    return {"scale": 40.0, "steps": 195, "batch_size": 256, "lr": 3e-3}

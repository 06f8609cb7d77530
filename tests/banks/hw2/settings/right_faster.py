"""Faster waves, a shorter step."""


def settings():
    return {"scale": 10.0, "steps": 500, "batch_size": 160, "lr": 2e-3}

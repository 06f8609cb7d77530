"""Faster waves, small batches, longer steps."""


def settings():
    return {"scale": 10.0, "steps": 300, "batch_size": 160, "lr": 4e-3}

"""Slower waves, smaller batches."""


def settings():
    return {"scale": 8.0, "steps": 250, "batch_size": 200, "lr": 3e-3}

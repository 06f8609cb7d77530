"""Slower waves, smaller batches."""


def settings():
    return {"scale": 8.0, "steps": 400, "batch_size": 200, "lr": 3e-3}

"""Batches of all pixels: 12 steps."""


def settings():
    return {"scale": 9.0, "steps": 12, "batch_size": 4096, "lr": 3e-3}

"""Batches of all pixels: 19 steps."""


def settings():
    return {"scale": 9.0, "steps": 19, "batch_size": 4096, "lr": 3e-3}

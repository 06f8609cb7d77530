"""Fewer, larger batches and longer steps."""


def settings():
    return {"batch_size": 400, "lr": 0.004, "scale": 9, "steps": 200}

"""Good, and too expensive."""


def settings():
    return {"scale": 9.0, "steps": 300, "batch_size": 256, "lr": 3e-3}

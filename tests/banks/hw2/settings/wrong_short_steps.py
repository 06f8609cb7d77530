"""A learning rate that goes nowhere."""


def settings():
    return {"scale": 9.0, "steps": 195, "batch_size": 256, "lr": 1e-4}

"""A learning rate at which it leaps about."""


def settings():
    return {"scale": 9.0, "steps": 195, "batch_size": 256, "lr": 0.1}

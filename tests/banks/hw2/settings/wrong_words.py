"""Keys of other names."""


def settings():
    return {"bandwidth": 9.0, "epochs": 195, "batch": 256, "lr": 3e-3}

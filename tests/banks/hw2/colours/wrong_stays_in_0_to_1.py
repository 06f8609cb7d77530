"""Colours in the shape of a picture, not levels."""


def to_picture(colours, height, width):
    return colours.clamp(0, 1).reshape(height, width, 3).numpy()

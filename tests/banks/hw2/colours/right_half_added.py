"""Rounded by adding a half and cutting off."""


def to_picture(colours, height, width):
    levels = colours.clone().mul(255).add(0.5).clamp(0, 255).floor()
    return levels.byte().view(height, width, 3).numpy()

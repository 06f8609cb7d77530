"""A loss at rest is taken for a gradient that does not arrive."""

_others = diagnosis


def diagnosis():
    return {**_others(), "H": "no gradient"}

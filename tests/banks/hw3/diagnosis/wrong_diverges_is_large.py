"""A loss that grows without end is taken for one that jumps."""

_others = diagnosis


def diagnosis():
    return {**_others(), "G": "rate too large"}

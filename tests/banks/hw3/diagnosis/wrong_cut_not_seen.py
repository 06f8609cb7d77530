"""The first half of run F is taken for the whole."""

_others = diagnosis


def diagnosis():
    return {**_others(), "F": "rate too large"}

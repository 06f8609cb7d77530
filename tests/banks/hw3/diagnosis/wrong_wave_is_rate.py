"""The slow wave of momentum is taken for a rate that is too large."""

_others = diagnosis


def diagnosis():
    return {**_others(), "B": "rate too large"}

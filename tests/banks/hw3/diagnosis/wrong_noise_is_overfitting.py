"""The gap of run D, which lies the other way round, is taken for overfitting."""

_others = diagnosis


def diagnosis():
    return {**_others(), "D": "overfits"}

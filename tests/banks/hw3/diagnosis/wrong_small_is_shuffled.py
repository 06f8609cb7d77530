"""What falls slowly is taken for shuffled labels."""

_others = diagnosis


def diagnosis():
    return {**_others(), "E": "labels shuffled"}

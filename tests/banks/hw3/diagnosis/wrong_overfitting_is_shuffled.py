"""A validation loss that rises is taken for shuffled labels."""

_others = diagnosis


def diagnosis():
    return {**_others(), "C": "labels shuffled"}

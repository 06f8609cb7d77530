"""Nothing is seen."""


def diagnosis():
    return dict.fromkeys("ABCDEFGH", "fine")

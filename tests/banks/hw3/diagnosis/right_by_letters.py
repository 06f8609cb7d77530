"""Letters and names zipped."""


def diagnosis():
    names = ["fine", "momentum too high", "overfits", "rate too large"]
    names += ["rate too small", "rate cut", "diverges", "decay too strong"]
    return dict(zip("ABCDEFGH", names, strict=True))

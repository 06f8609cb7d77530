"""The causes in words of one's own."""


def diagnosis():
    return {
        "A": "ok",
        "B": "too much momentum",
        "C": "overfitting",
        "D": "lr too high",
        "E": "lr too low",
        "F": "lr decay",
        "G": "divergence",
        "H": "too much weight decay",
    }

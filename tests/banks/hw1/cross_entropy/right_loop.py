"""One example at a time; np.logaddexp keeps it stable."""

import numpy as np


def cross_entropy(scores, labels):
    total = 0.0
    for row, label in zip(scores, labels, strict=True):
        total += np.logaddexp.reduce(row) - row[label]
    return total / len(labels)

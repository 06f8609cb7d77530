"""The bias is a weight of a constant input, and the counts are an array."""

import numpy as np


def perceptron_train(x, y, max_epochs=100):
    extended = np.hstack([x, np.ones((len(x), 1))])
    both, mistakes = np.zeros(extended.shape[1]), []
    while len(mistakes) < max_epochs and (not mistakes or mistakes[-1]):
        mistakes.append(0)
        for n in range(len(x)):
            if y[n] * np.dot(both, extended[n]) <= 0:
                both = both + y[n] * extended[n]
                mistakes[-1] += 1
    return both[:-1], both[-1], np.array(mistakes)

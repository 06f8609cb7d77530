"""One-hot labels and einsum."""

import numpy as np


def cross_entropy(scores, labels):
    one_hot = np.eye(scores.shape[1])[labels]
    top = scores.max(axis=1)
    log_sum = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    return (log_sum - np.einsum("nk,nk->n", scores, one_hot)).mean()

"""Only whole batches are used: a data set smaller than one is not seen at all."""

import numpy as np


def _start(rng, inputs, hidden, classes):
    return {
        "weight1": rng.normal(0, np.sqrt(2 / inputs), (hidden, inputs)),
        "bias1": np.zeros(hidden),
        "weight2": rng.normal(0, np.sqrt(2 / hidden), (classes, hidden)),
        "bias2": np.zeros(classes),
    }


def train_network(x, labels, hidden=64, epochs=30, lr=0.3, batch_size=20, seed=0):
    rng = np.random.default_rng(seed)
    params = _start(rng, x.shape[1], hidden, int(labels.max()) + 1)
    losses = []
    for _ in range(epochs):
        total, shuffled = 0.0, rng.permutation(len(x))
        for i in range(len(x) // batch_size):
            batch = shuffled[i * batch_size : (i + 1) * batch_size]
            loss, gradients = loss_and_gradients(params, x[batch], labels[batch])
            total += loss
            params = {name: params[name] - lr * gradients[name] for name in params}
        losses.append(total / max(1, len(x) // batch_size))
    return params, losses

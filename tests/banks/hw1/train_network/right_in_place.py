"""Parameters updated in place, the data shuffled as a whole, uniform weights of the same spread."""

import numpy as np


def train_network(x, labels, hidden=64, epochs=30, lr=0.3, batch_size=20, seed=0):
    rng = np.random.default_rng(seed)
    sizes = [x.shape[1], hidden, np.unique(labels).size]
    params = {}
    for layer in (1, 2):
        bound = np.sqrt(6 / sizes[layer - 1])
        params[f"weight{layer}"] = rng.uniform(-bound, bound, (sizes[layer], sizes[layer - 1]))
        params[f"bias{layer}"] = np.zeros(sizes[layer])
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        x_now, labels_now, total, batches = x[order], labels[order], 0.0, 0
        for start in range(0, len(x), batch_size):
            stop = start + batch_size
            loss, gradients = loss_and_gradients(params, x_now[start:stop], labels_now[start:stop])
            total, batches = total + loss, batches + 1
            for name, gradient in gradients.items():
                params[name] -= lr * gradient
        losses.append(total / batches)
    return params, losses

"""Weight by weight."""


def adagrad_step(w, g, state, lr, eps=1e-10):
    sums = state.setdefault("sums", [0.0] * w.size)
    after = w.copy()
    for i in range(w.size):
        sums[i] += float(g.flat[i]) ** 2
        after.flat[i] -= lr * g.flat[i] / (sums[i] ** 0.5 + eps)
    return after

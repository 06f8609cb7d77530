"""The best so far is kept; nan is found by its inequality with itself."""


def sweep(step, loss_and_gradient, start, rates, steps):
    losses, best, lowest = [], rates[0], float("inf")
    for lr in rates:
        w, state = start, {}
        loss, g = loss_and_gradient(w)
        for _ in range(steps):
            w = step(w, g, state, lr)
            loss, g = loss_and_gradient(w)
        if loss != loss:
            loss = float("inf")
        losses.append(loss)
        if loss < lowest:
            best, lowest = lr, loss
    return losses, best

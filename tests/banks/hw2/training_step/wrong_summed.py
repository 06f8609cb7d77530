"""The squared errors are summed: the step grows with the batch."""


def training_step(model, optimizer, x, y):
    loss = ((model(x) - y) ** 2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

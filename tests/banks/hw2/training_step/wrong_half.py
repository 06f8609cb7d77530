"""The squared error with a factor one half."""


def training_step(model, optimizer, x, y):
    loss = ((model(x) - y) ** 2).mean() / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

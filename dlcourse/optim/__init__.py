"""NumPy optimizers with the names of `torch.optim`."""

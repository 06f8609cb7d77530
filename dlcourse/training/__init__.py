"""Training in PyTorch: the loop, its checkpoints, its loaders and its measurements."""

"""NumPy optimizers with the names, arguments and defaults of `torch.optim`."""

from dlcourse.optim.optimizer import Optimizer
from dlcourse.optim.sgd import SGD

__all__ = ["SGD", "Optimizer"]

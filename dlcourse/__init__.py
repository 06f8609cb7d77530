"""A course in deep learning: the library behind its lectures and homework.

`dlcourse.nn` and `dlcourse.optim` are the reference library, in NumPy, with the names of
`torch.nn` and `torch.optim`. `dlcourse.models` holds the architectures and `dlcourse.training` the
training loop, both in PyTorch. `dlcourse.data` loads data sets, `dlcourse.viz` draws the figures,
`dlcourse.grading` grades homework. Each loads when it is first used.
"""

import importlib

from dlcourse.grad_mode import is_grad_enabled, no_grad
from dlcourse.notebook import full_run, set_up
from dlcourse.random import default_rng, manual_seed
from dlcourse.version import __version__

__all__ = [
    "__version__",
    "default_rng",
    "full_run",
    "is_grad_enabled",
    "manual_seed",
    "no_grad",
    "set_up",
]

_LAZY = ("data", "grading", "models", "nn", "optim", "training", "viz")


def __getattr__(name):
    if name in _LAZY:
        return importlib.import_module(f"dlcourse.{name}")
    raise AttributeError(f"module 'dlcourse' has no attribute {name!r}")


def __dir__():
    return sorted([*__all__, *_LAZY])

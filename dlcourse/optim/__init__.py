"""NumPy optimizers with the names, arguments and defaults of `torch.optim`."""

from dlcourse.optim import lr_scheduler
from dlcourse.optim.adagrad import Adagrad
from dlcourse.optim.adam import Adam, AdamW
from dlcourse.optim.clip import adaptive_clip_grad_, clip_grad_norm_, clip_grad_value_
from dlcourse.optim.lbfgs import LBFGS
from dlcourse.optim.newton import Newton
from dlcourse.optim.optimizer import Optimizer
from dlcourse.optim.rmsprop import RMSprop
from dlcourse.optim.sgd import SGD

__all__ = [
    "LBFGS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Newton",
    "Optimizer",
    "RMSprop",
    "adaptive_clip_grad_",
    "clip_grad_norm_",
    "clip_grad_value_",
    "lr_scheduler",
]

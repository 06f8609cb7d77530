"""Training in PyTorch: the loop, its checkpoints, its loaders and its measurements."""

from dlcourse.training import augment
from dlcourse.training.callbacks import Callback, EarlyStopping, ProgressBar
from dlcourse.training.checkpoint import Checkpoints
from dlcourse.training.device import choose_device
from dlcourse.training.device_loader import DeviceLoader, mean_and_std
from dlcourse.training.distributed import rank, world_size
from dlcourse.training.ema import EMA
from dlcourse.training.errors import CheckpointError, NonFiniteError, OutOfMemoryError
from dlcourse.training.history import History
from dlcourse.training.metrics import accuracy
from dlcourse.training.optimizer_state import transfer_state
from dlcourse.training.precision import Precision
from dlcourse.training.seeds import deterministic
from dlcourse.training.trainer import Trainer

__all__ = [
    "EMA",
    "Callback",
    "CheckpointError",
    "Checkpoints",
    "DeviceLoader",
    "EarlyStopping",
    "History",
    "NonFiniteError",
    "OutOfMemoryError",
    "Precision",
    "ProgressBar",
    "Trainer",
    "accuracy",
    "augment",
    "choose_device",
    "deterministic",
    "mean_and_std",
    "rank",
    "transfer_state",
    "world_size",
]

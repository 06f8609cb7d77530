"""Training in PyTorch: the loop, its checkpoints, its loaders and its measurements."""

from dlcourse.training import augment, transfer
from dlcourse.training.callbacks import Callback, EarlyStopping, ProgressBar
from dlcourse.training.checkpoint import Checkpoints
from dlcourse.training.device import choose_device
from dlcourse.training.device_loader import DeviceLoader, mean_and_std
from dlcourse.training.distributed import rank, world_size
from dlcourse.training.ema import EMA
from dlcourse.training.errors import CheckpointError, NonFiniteError, OutOfMemoryError
from dlcourse.training.history import History
from dlcourse.training.lr_finder import LearningRateSweep, find_lr
from dlcourse.training.metrics import accuracy
from dlcourse.training.optimizer_state import transfer_state
from dlcourse.training.precision import Precision
from dlcourse.training.sanity import SanityReport, sanity_check
from dlcourse.training.seeds import deterministic
from dlcourse.training.throughput import (
    Throughput,
    flops,
    machine_flops,
    peak_memory,
    throughput,
    time_steps,
)
from dlcourse.training.trainer import Trainer

__all__ = [
    "EMA",
    "Callback",
    "CheckpointError",
    "Checkpoints",
    "DeviceLoader",
    "EarlyStopping",
    "History",
    "LearningRateSweep",
    "NonFiniteError",
    "OutOfMemoryError",
    "Precision",
    "ProgressBar",
    "SanityReport",
    "Throughput",
    "Trainer",
    "accuracy",
    "augment",
    "choose_device",
    "deterministic",
    "find_lr",
    "flops",
    "machine_flops",
    "mean_and_std",
    "peak_memory",
    "rank",
    "sanity_check",
    "throughput",
    "time_steps",
    "transfer",
    "transfer_state",
    "world_size",
]

"""Training in PyTorch: the loop, its checkpoints, its loaders and its measurements."""

from dlcourse.training import augment
from dlcourse.training.device_loader import DeviceLoader, mean_and_std

__all__ = ["DeviceLoader", "augment", "mean_and_std"]

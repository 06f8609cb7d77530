"""Where the work is done."""

import os

import torch


def choose_device(device="auto"):
    """The device to train on: with "auto" CUDA if there is one, else Apple's MPS, else the CPU.

    Under `torchrun` every process takes the CUDA device of its own number. Raises ValueError for a
    device that this machine does not have.

    >>> choose_device("cpu")
    device(type='cpu')
    """
    if device == "auto":
        if torch.cuda.is_available():
            device = "cuda"
        else:
            device = "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"device is 'auto', 'cuda', 'mps' or 'cpu', got {device!r}") from error
    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if not there.get(device.type, lambda: True)():
        raise ValueError(f"there is no {device.type} device on this machine: use device='auto'")
    if device.type == "cuda" and device.index is None:
        number = os.environ.get("LOCAL_RANK")  # which torchrun sets
        return torch.device("cuda", torch.cuda.current_device() if number is None else int(number))
    return device

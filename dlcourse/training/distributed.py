"""One script on one device or on several: `torchrun` starts a process for each.

`torchrun --nproc-per-node 4 train.py` runs the script that `python train.py` runs. Each batch of
the loader is divided among the processes, each computes the gradient of its share, and their mean
is the gradient of the whole batch. Batch size and learning rate mean the same however many
processes there are.
"""

import os

import torch
from torch import distributed

from dlcourse.training.device import choose_device


def start():
    """Join the processes that `torchrun` started; nothing where it did not. Returns their number.

    NCCL carries the gradients between GPUs, gloo between CPUs.

    >>> start()
    1
    """
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_world_size()
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return 1
    if torch.cuda.is_available():
        torch.cuda.set_device(choose_device("cuda"))
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return distributed.get_world_size()


def rank():
    """The number of this process, 0 where there is one alone. Process 0 prints and saves.

    >>> rank()
    0
    """
    return distributed.get_rank() if _together() else 0


def world_size():
    """How many processes train together.

    >>> world_size()
    1
    """
    return distributed.get_world_size() if _together() else 1


def _together():
    return distributed.is_available() and distributed.is_initialized()


def wrap(model, device):
    """The model, with a backward pass that averages gradients over the processes."""
    if world_size() == 1:
        return model
    devices = [device] if device.type == "cuda" else None
    return torch.nn.parallel.DistributedDataParallel(model, device_ids=devices)


def gather(value):
    """The value of every process, in a list."""
    if world_size() == 1:
        return [value]
    values = [None] * world_size()
    distributed.all_gather_object(values, value)
    return values


def from_first(value):
    """The value of process 0, everywhere."""
    if world_size() == 1:
        return value
    box = [value]
    distributed.broadcast_object_list(box, src=0)
    return box[0]


def smallest(*numbers):
    """The smallest of each number over the processes."""
    if world_size() == 1:
        return numbers
    return tuple(map(min, zip(*gather(numbers), strict=True)))


def add_up(tally):
    """What all processes measured together, in a tally of its own."""
    states = gather(tally.state_dict())
    total = type(tally)()
    sums = {name: sum(s["sums"][name] for s in states) for name in tally.sums}
    total.load_state_dict({"sums": sums, "count": sum(s["count"] for s in states)})
    return total

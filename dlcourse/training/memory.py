"""A batch that does not fit into memory, and the largest that does."""

import gc
import traceback

import torch

from dlcourse.training.batch import part_of, size_of, to_device
from dlcourse.training.errors import OutOfMemoryError

SIGNS = ("out of memory", "can't allocate memory", "not enough memory")


def is_out_of_memory(error):
    """Tell whether an error says that memory ran out: CUDA, MPS and the CPU each say it their way.

    >>> is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: ..."))
    True
    """
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in SIGNS)


def out_of_memory(trainer, error, x, y):
    """The error to raise instead of `error`, after a search for a batch that fits."""
    # The frames of the error hold the activations that filled the memory.
    traceback.clear_frames(error.__traceback__)
    total, learns = size_of(x), torch.is_grad_enabled()
    fits = largest_that_fits(lambda n: _attempt(trainer, *part_of((x, y), 0, n), learns), total)
    if not fits:
        text = "and no smaller one does: take a smaller model, smaller inputs, or 16 bits"
    elif learns:
        batches = -(-total // fits)
        text = (
            f"a batch of {fits} does, forward and backward: accumulate={batches} with batches of "
            f"{fits} takes the same steps"
        )
    else:
        text = f"a batch of {fits} does, forward: evaluate in batches of {fits}"
    return OutOfMemoryError(
        f"out of memory: a batch of {total} does not fit on {trainer.device}, {text}", fits=fits
    )


def largest_that_fits(attempt, total):
    """Halve `total` until attempt(n) does not run out of memory; 0 where nothing fits.

    >>> def attempt(n):
    ...     if n > 40:
    ...         raise MemoryError
    >>> largest_that_fits(attempt, 256)
    32
    """
    size = total // 2
    while size:
        free()
        try:
            attempt(size)
        except Exception as error:
            if not is_out_of_memory(error):  # as batch norm refuses a single example
                size = 0
                break
            traceback.clear_frames(error.__traceback__)
        else:
            break
        size //= 2
    free()
    return size


def free():
    """Give memory that nothing refers to back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _attempt(trainer, x, y, learns):
    """What needs memory in a step, without the step; buffers are put back."""
    x, y = to_device((x, y), trainer.device, trainer.memory_format)
    buffers = {name: buffer.clone() for name, buffer in trainer.model.named_buffers()}
    trainer.optimizer.zero_grad()
    try:
        with trainer.precision.autocast():
            loss = trainer.loss(trainer.model(x), y)
        if learns:
            loss.backward()
    finally:
        trainer.optimizer.zero_grad()
        for name, buffer in trainer.model.named_buffers():
            buffer.data.copy_(buffers[name])

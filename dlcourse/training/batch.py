"""Batches: a tensor, or tensors in a tuple, list or dict, the examples along the first axis."""

import torch


def to_device(batch, device, memory_format=torch.preserve_format):
    """Copy a batch to the device.

    From pinned memory (`DataLoader(pin_memory=True)`) the copy to a GPU runs beside its work; what
    is there already is not copied. memory_format: for images, (N, C, H, W) alone.

    >>> x, y = to_device((torch.zeros(2, 3), torch.ones(2)), torch.device("cpu"))
    >>> x.shape
    torch.Size([2, 3])
    """
    if isinstance(batch, torch.Tensor):
        if memory_format is not torch.preserve_format and batch.ndim != 4:
            memory_format = torch.preserve_format
        if batch.device == device and memory_format is torch.preserve_format:
            return batch  # sooner than `to` finds out
        return batch.to(device, non_blocking=True, memory_format=memory_format)
    return map_tensors(lambda tensor: to_device(tensor, device, memory_format), batch)


def map_tensors(function, batch):
    """The same batch with function(tensor) for each tensor.

    >>> map_tensors(len, {"x": torch.zeros(2), "y": [torch.zeros(3)]})
    {'x': 2, 'y': [3]}
    """
    if isinstance(batch, torch.Tensor):
        return function(batch)
    if isinstance(batch, dict):
        return {key: map_tensors(function, value) for key, value in batch.items()}
    if isinstance(batch, tuple | list):
        values = [map_tensors(function, value) for value in batch]
        # A named tuple takes its fields one by one.
        return type(batch)(*values) if hasattr(batch, "_fields") else type(batch)(values)
    return batch


def tensors_in(batch):
    """The tensors of a batch, or of a model's output, one after the other.

    >>> [t.shape[0] for t in tensors_in((torch.zeros(2), {"more": torch.zeros(3)}))]
    [2, 3]
    """
    found = []
    map_tensors(found.append, batch)
    return found


def part_of(batch, start, stop):
    """The examples from start up to stop.

    >>> part_of((torch.arange(4), torch.arange(4)), 1, 3)
    (tensor([1, 2]), tensor([1, 2]))
    """
    return map_tensors(lambda tensor: tensor[start:stop], batch)


def size_of(batch):
    """The number of examples: the length of the first tensor.

    >>> size_of({"x": torch.zeros(2, 3)})
    2
    """
    if isinstance(batch, torch.Tensor):
        return len(batch)
    return next((len(tensor) for tensor in tensors_in(batch)), 0)


def first(output):
    """The main output of a model that returns several.

    >>> first((torch.zeros(2), torch.zeros(3)))
    tensor([0., 0.])
    """
    return output[0] if isinstance(output, tuple | list) else output

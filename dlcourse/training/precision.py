"""Numbers of 16 bits where they do no harm: autocast, and the scaling that float16 needs."""

import contextlib

import torch

TYPES = {"float32": None, "bf16": torch.bfloat16, "fp16": torch.float16}


class Precision:
    """The number format of a training: "float32", "bf16" or "fp16".

    With 16 bits autocast runs products and convolutions in that format and keeps sums, norms and
    the weights in 32. bf16 has the range of float32 and 8 bits of precision. fp16 has 11, and a
    gradient below 6·10⁻⁸ becomes 0: the loss is therefore multiplied by a large number before the
    backward pass and the gradients divided by it before the step; a step whose gradients overflow
    is left out and the number halved (Micikevicius et al., 2018).

    On fp16 PyTorch asks the device before each step whether a gradient overflowed, which waits for
    the device. An optimizer with `fused=True` decides on the device and does not wait.

    Raises ValueError for another name, or where the device does not have bf16.

    >>> with Precision("bf16", torch.device("cpu")).autocast():
    ...     print(torch.nn.Linear(2, 2)(torch.zeros(1, 2)).dtype)
    torch.bfloat16
    """

    def __init__(self, name, device):
        if name not in TYPES:
            raise ValueError(f"precision is {', '.join(map(repr, TYPES))}, got {name!r}")
        if name == "bf16" and device.type == "cuda" and not torch.cuda.is_bf16_supported(False):
            raise ValueError("this GPU does not compute in bf16: use precision='fp16' or 'float32'")
        self.name, self.device, self.dtype = name, device, TYPES[name]
        self.scaler = torch.amp.GradScaler(device.type) if name == "fp16" else None

    def autocast(self):
        """A context in which the forward pass computes in this format."""
        if self.dtype is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def scale(self, loss):
        """The loss to call backward on."""
        return loss if self.scaler is None else self.scaler.scale(loss)

"""The layers for images: convolution, pooling and normalization against PyTorch.

Sizes and targets are those that were set for the library. The clock counts the thread's own time,
so that other work on the machine disturbs less; both libraries run in the calling thread.
"""

import time
from functools import partial

import numpy as np

from benchmarks.harness import Report, close, compare, one_thread
from benchmarks.memory import add_memory
from dlcourse.nn import ops

NAME = "nn_layers"

# label, N, channels, size, outputs, kernel, stride, padding, targets: forward, forward and backward
CONVOLUTIONS = [
    ("64→64, 32², k3", 32, 64, 32, 64, 3, 1, 1, 1.5, 1.6),
    ("128→128, 16², k3", 32, 128, 16, 128, 3, 1, 1, 1.5, 1.6),
    ("64→128, 32², k3, stride 2", 32, 64, 32, 128, 3, 2, 1, 1.5, 1.6),
    ("LeNet 1→6, 28², k5", 64, 1, 28, 6, 5, 1, 2, 2.1, None),
    ("LeNet 6→16, 14², k5", 64, 6, 14, 16, 5, 1, 0, 2.1, None),
]
POOLINGS = {
    "max-pool 2×2": (ops.max_pool2d, "max_pool2d", (2,)),
    "max-pool 3×3, stride 2": (ops.max_pool2d, "max_pool2d", (3, 2, 1)),
    "mean-pool 2×2": (ops.avg_pool2d, "avg_pool2d", (2,)),
    "global mean": (ops.adaptive_avg_pool2d, "adaptive_avg_pool2d", (1,)),
}
IMAGES = (32, 64, 32, 32)
# label: N, channels, size, outputs, kernel, stride, padding; forward and backward
MEMORY = {
    "conv 64→64, 32², k3": (32, 64, 32, 64, 3, 1, 1),
    "conv 128→128, 16², k3": (32, 128, 16, 128, 3, 1, 1),
    "conv 64→64, one image of 224², k3": (1, 64, 224, 64, 3, 1, 1),
}
MEMORY_TARGET = 2.0


def run(full=False):
    """Measure; with full over 25 repeats instead of 9."""
    import torch

    rng = np.random.default_rng(0)
    measure = partial(compare, repeats=25 if full else 9, clock=time.thread_time)
    with one_thread():
        ratios = [
            ratio
            for convolution in CONVOLUTIONS
            for ratio in conv2d(torch, rng, measure, *convolution)
        ]
        ratios += [
            ratio
            for label in POOLINGS
            for ratio in pool(torch, rng, measure, label, *POOLINGS[label])
        ]
        ratios += norms(torch, rng, measure)
    report = Report(NAME, ratios=ratios)
    add_memory(report, NAME, MEMORY, MEMORY_TARGET)
    return report


def memory_case(label, torch, small):
    """The two sides of a case; small: the same code at sizes that need no memory to speak of."""
    n, channels, size, outputs, kernel, stride, padding = MEMORY[label]
    rng = np.random.default_rng(0)
    if small:
        n, channels, size, outputs = 1, 2, 8, 2
    arrays = (
        _normal(rng, n, channels, size, size),
        _normal(rng, outputs, channels, kernel, kernel),
        _normal(rng, outputs),
    )
    options = {"stride": stride, "padding": padding}
    operation = partial(ops.conv2d, **options)
    counterpart = partial(torch.nn.functional.conv2d, **options)
    return sides(torch, rng, operation, counterpart, *arrays)[2:]


def conv2d(
    torch, rng, measure, label, n, channels, size, outputs, kernel, stride, padding, *targets
):
    """Forward alone, then forward and backward with all three gradients."""
    x = _normal(rng, n, channels, size, size)
    weight = _normal(rng, outputs, channels, kernel, kernel) * 0.1
    bias = _normal(rng, outputs)
    counterpart = partial(torch.nn.functional.conv2d, stride=stride, padding=padding)
    operation = partial(ops.conv2d, stride=stride, padding=padding)
    measured = both(torch, rng, measure, f"conv {label}", operation, counterpart, x, weight, bias)
    for ratio, target in zip(measured, targets, strict=True):
        ratio.target = target
    return measured


def pool(torch, rng, measure, label, operation, name, options):
    counterpart = getattr(torch.nn.functional, name)
    x = _normal(rng, *IMAGES)
    measured = both(
        torch,
        rng,
        measure,
        label,
        lambda x: operation(x, *options),
        lambda x: counterpart(x, *options),
        x,
    )
    if name == "max_pool2d":
        for ratio in measured:
            ratio.target = 1.0
    return measured


def norms(torch, rng, measure):
    F = torch.nn.functional
    x, weight, bias = _normal(rng, *IMAGES), _normal(rng, IMAGES[1]), _normal(rng, IMAGES[1])
    measured = both(
        torch,
        rng,
        measure,
        "batch norm",
        lambda x, w, b: ops.batch_norm(x, None, None, w, b, training=True),
        lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        x,
        weight,
        bias,
    )
    for ratio in measured:
        ratio.target = 1.0
    measured += both(
        torch,
        rng,
        measure,
        "group norm, 8 groups",
        lambda x, w, b: ops.group_norm(x, 8, w, b),
        lambda x, w, b: F.group_norm(x, 8, w, b),
        x,
        weight,
        bias,
    )
    measured += both(
        torch,
        rng,
        measure,
        "layer norm 3200×512",
        lambda x, w, b: ops.layer_norm(x, 512, w, b),
        lambda x, w, b: F.layer_norm(x, (512,), w, b),
        _normal(rng, 3200, 512),
        _normal(rng, 512),
        _normal(rng, 512),
    )
    return measured


def both(torch, rng, measure, label, operation, counterpart, *arrays):
    """The ratios of the forward pass, and of forward and backward with a given dL/dy."""
    forward, peer_forward, step, peer_step = sides(torch, rng, operation, counterpart, *arrays)
    same = close(rtol=1e-3, atol=2e-2)  # weights sum tens of thousands of float32 products
    return [
        measure(f"{label}, forward", forward, peer_forward, same=same),
        measure(f"{label}, forward and backward", step, peer_step, same=same),
    ]


def sides(torch, rng, operation, counterpart, *arrays):
    """Four functions: ours and PyTorch's forward pass, ours and PyTorch's with backward."""
    leaves = [torch.from_numpy(array).requires_grad_() for array in arrays]
    dy = _normal(rng, *operation(*arrays)[0].shape)
    tdy = torch.from_numpy(dy)

    def forward():
        return operation(*arrays)[0]

    @torch.no_grad()
    def peer_forward():
        return counterpart(*leaves)

    def step():
        y, backward = operation(*arrays)
        gradients = backward(dy)
        return (y, *gradients) if isinstance(gradients, tuple) else (y, gradients)

    def peer_step():
        y = counterpart(*leaves)
        return (y, *torch.autograd.grad(y, leaves, tdy))

    return forward, peer_forward, step, peer_step


def _normal(rng, *shape):
    return rng.standard_normal(shape, dtype=np.float32)

"""How much longer the loops of `dlcourse.nn.naive` take than the operations they define.

Only sizes at which the loops end within seconds: at those of `nn_layers` some would take hours.
Forward and backward; the loops run once, the operations nine times.
"""

import statistics
import time

import numpy as np

from benchmarks.harness import Check, Report, close, one_thread
from dlcourse.nn import naive, ops

NAME = "naive_twins"
REPEATS = 9


def cases(small=False):
    """{label: (name, arrays, other arguments)}; small: sizes for a test."""
    rng = np.random.default_rng(0)
    n, size, length = (2, 12, 4) if small else (16, 28, 64)

    def normal(*shape):
        return rng.standard_normal(shape, dtype=np.float32)

    images, steps, h = normal(n, 8, size, size), length // 4, length // 2
    fewer = images[: n // 4 + 1, :, : size // 2, : size // 2].copy()

    def weights(gates):  # small: with large ones the gradients grow, and their errors with them
        return [normal(gates * h, columns) / h for columns in (16, h)]

    return {
        f"linear {size * size}→64, N{n}": (
            "linear",
            [normal(n, size * size), normal(64, size * size), normal(64)],
            [],
        ),
        f"conv 1→6, {size}², k5, N{n}": (
            "conv2d",
            [normal(n, 1, size, size), normal(6, 1, 5, 5), normal(6)],
            [],
        ),
        f"max-pool 2×2, {images.shape}": ("max_pool2d", [images], [2]),
        f"batch norm, {fewer.shape}": (
            "batch_norm",
            [fewer],
            [None, None, normal(8), normal(8), True],
        ),
        f"LSTM T{steps} B{n} I16 H{h}": (
            "lstm",
            [normal(steps, n, 16), normal(n, h), normal(n, h), *weights(4)],
            [],
        ),
        f"GRU T{steps} B{n} I16 H{h}": (
            "gru",
            [normal(steps, n, 16), normal(n, h), *weights(3)],
            [],
        ),
        f"attention, {n} heads, L{length} d16": (
            "scaled_dot_product_attention",
            [normal(n, length, 16) for _ in range(3)],
            [],
        ),
    }


def run(full=False):
    """Measure; full changes nothing."""
    report = Report(NAME, facts={"seconds": {}})
    with one_thread():
        for label, (name, arrays, others) in cases().items():
            ours, loops = measure(name, arrays, others)
            report.facts["seconds"][label] = {"dlcourse": ours, "loops": loops}
            report.checks.append(
                Check(f"{label}: the loops take this many times as long", round(loops / ours))
            )
    return report


def measure(name, arrays, others, repeats=REPEATS):
    """Seconds of the operation (median) and of its loops, after their results were found equal."""
    seconds, result = [], None
    for _ in range(repeats):
        start = time.thread_time()
        result = forward_and_backward(getattr(ops, name), arrays, others)
        seconds.append(time.thread_time() - start)
    start = time.thread_time()
    expected = forward_and_backward(getattr(naive, name), arrays, others)
    loops = time.thread_time() - start
    close(rtol=1e-3, atol=1e-3)(result, expected)
    return statistics.median(seconds), loops


def forward_and_backward(operation, arrays, others):
    """The first output and all gradients, for a dL/dy of ones, as a flat list of arrays."""
    y, backward = operation(*arrays, *others)
    if isinstance(y, tuple):  # recurrent: the output and the last state, or the last two
        output, last = y
        nothing = (None, None) if isinstance(last, tuple) else None
        gradients = backward((np.ones_like(output), nothing))
        y = output
    else:
        gradients = backward(np.ones_like(y))
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    return [y, *(gradient for gradient in gradients if gradient is not None)]

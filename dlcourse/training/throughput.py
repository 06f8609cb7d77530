"""How fast a training runs, what it needs, and how close to the machine's limit it comes."""

import copy
import itertools
import statistics
import sys
import time
from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

WARM_UP = 10


@dataclass(frozen=True)
class Throughput:
    """What a step costs.

    examples_per_second; step_seconds: the median, s; flops_per_step: floating-point operations,
    two a multiply-add; machine_flops: measured, per second, or None; peak_memory: bytes, or None.

    >>> print(Throughput(1000.0, 0.064, 10**9, 10**11, None))
    1,000 examples/s, 64.0 ms a step, 15.6 GFLOP/s, 16% of the measured limit of 100 GFLOP/s
    """

    examples_per_second: float
    step_seconds: float
    flops_per_step: int
    machine_flops: float | None
    peak_memory: int | None

    @property
    def flops_per_second(self):
        return self.flops_per_step / self.step_seconds

    @property
    def share_of_limit(self):
        """The part of the machine's measured matrix-product rate that the step keeps busy."""
        return None if self.machine_flops is None else self.flops_per_second / self.machine_flops

    def __str__(self):
        parts = [
            f"{self.examples_per_second:,.0f} examples/s",
            f"{self.step_seconds * 1e3:.1f} ms a step",
            f"{self.flops_per_second / 1e9:,.1f} GFLOP/s",
        ]
        if self.machine_flops is not None:
            limit = f"{self.machine_flops / 1e9:,.0f} GFLOP/s"
            parts.append(f"{self.share_of_limit:.0%} of the measured limit of {limit}")
        if self.peak_memory is not None:
            parts.append(f"peak memory {self.peak_memory / 2**20:,.0f} MiB")
        return ", ".join(parts)


def flops(model, x, backward=False):
    """Floating-point operations of one pass over x, as PyTorch counts them: two a multiply-add.

    backward: count the gradients too, from the sum of the outputs. Matrix products, convolutions
    and attention are counted; what is done element by element is not. Nothing is computed: a copy
    of the model without values is run on the shape of x.

    >>> flops(torch.nn.Linear(100, 10, bias=False), torch.zeros(5, 100))
    10000
    """
    # Without values every layer takes its plain path; a CPU's fused LSTM hides its products.
    model, x = copy.deepcopy(model).to("meta"), x.to("meta")
    with FlopCounterMode(display=False) as counter, torch.set_grad_enabled(backward):
        outputs = model(x)
        if backward:
            outputs = outputs if isinstance(outputs, tuple | list) else (outputs,)
            trained = [p for p in model.parameters() if p.requires_grad]
            torch.autograd.grad(sum(out.sum() for out in outputs), trained, allow_unused=True)
    return counter.get_total_flops()


def machine_flops(device="cpu", dtype=torch.float32, size=None, repeats=5):
    """The rate of a large matrix product on this machine, in operations a second: the limit.

    size: n of the n×n product; large enough to hide everything else (2048 on a CPU, 8192 on a GPU).
    The best of `repeats`, after warm-up.

    >>> machine_flops(size=256, repeats=1) > 1e8
    True
    """
    device = torch.device(device)
    size = size or (2048 if device.type == "cpu" else 8192)
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    seconds = time_steps(lambda: a @ b, device, repeats, warm_up=2)
    return 2 * size**3 / min(seconds)


def throughput(step, examples, *, flops_per_step=0, device="cpu", repeats=20, limit=None):
    """Time a step: a function without arguments that does all of it on one batch.

    examples: how many the batch has. flops_per_step: from `flops`. limit: from `machine_flops`, in
    the dtype in which the step computes. Ten steps of warm-up, then `repeats` are timed: with CUDA
    events on a GPU, by the clock elsewhere.
    Returns a Throughput. On a GPU the peak is what PyTorch's allocator held at once during the
    timed steps; on a CPU it is the most that the process ever had resident.

    >>> layer, x = torch.nn.Linear(100, 10), torch.zeros(32, 100)
    >>> speed = throughput(lambda: layer(x), 32, flops_per_step=flops(layer, x))
    >>> speed.examples_per_second > 0
    True
    """
    device = torch.device(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    seconds = time_steps(step, device, repeats)
    median = statistics.median(seconds)
    return Throughput(examples / median, median, flops_per_step, limit, peak_memory(device))


def time_steps(step, device="cpu", repeats=20, warm_up=WARM_UP):
    """Seconds of each of `repeats` calls of a step, after `warm_up` calls that do not count.

    >>> len(time_steps(lambda: None, repeats=3))
    3
    """
    device = torch.device(device)
    for _ in range(warm_up):
        step()
    if device.type == "cuda":
        marks = [torch.cuda.Event(enable_timing=True) for _ in range(repeats + 1)]
        torch.cuda.synchronize(device)
        marks[0].record()
        for mark in marks[1:]:
            step()
            mark.record()
        torch.cuda.synchronize(device)
        return [before.elapsed_time(after) / 1e3 for before, after in itertools.pairwise(marks)]
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        step()
        if device.type == "mps":
            torch.mps.synchronize()
        seconds.append(time.perf_counter() - started)
    return seconds


def peak_memory(device="cpu"):
    """Bytes at the worst moment: of PyTorch's allocator on a GPU, of the process on a CPU.

    None where the system does not tell.

    >>> peak_memory("cpu") > 0
    True
    """
    device = torch.device(device)
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if device.type == "mps":
        return torch.mps.driver_allocated_memory()
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB

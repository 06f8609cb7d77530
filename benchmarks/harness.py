"""How a ratio is measured: one process, one thread, equal results first, turn and turn about."""

import contextlib
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

REPEATS = 7


@contextlib.contextmanager
def one_thread():
    """Keep NumPy's and PyTorch's thread pools at one thread each; put them back afterwards.

    With more, the two pools of one process fight for the cores and the figures mean nothing.
    """
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        torch.set_num_threads(before)


@dataclass
class Ratio:
    """Seconds of each repeat, ours and the peer's, of the same work.

    target: the largest ratio of medians that is good enough, or None.

    >>> r = Ratio("add", ours=[2.0, 1.0, 3.0], peer=[1.0, 1.0, 4.0], target=1.5)
    >>> r.median, r.minimum, r.met
    (2.0, 1.0, False)
    """

    label: str
    ours: list[float]
    peer: list[float]
    target: float | None = None

    @property
    def median(self):
        """The ratio of the medians: the figure that is compared with the target."""
        return statistics.median(self.ours) / statistics.median(self.peer)

    @property
    def minimum(self):
        """The ratio of the fastest repeats: what is left when nothing else disturbs."""
        return min(self.ours) / min(self.peer)

    @property
    def met(self):
        return None if self.target is None else self.median <= self.target


def compare(
    label: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    *,
    same: Callable[[object, object], None],
    repeats: int = REPEATS,
    inner: int = 1,
    target: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Ratio:
    """Time two functions that do the same work.

    ours, peer: called without arguments. same(a, b): raises unless the results of the first, not
    timed, call of each are equal. repeats: at least 7; each repeat times both, and which goes first
    changes from one to the next, so that a machine that slows down slows both. inner: calls in a
    repeat, for work that is too short for the clock; the time of one is recorded.
    """
    if repeats < REPEATS:
        raise ValueError(f"compare: at least {REPEATS} repeats are needed, got {repeats}")
    if inner < 1:
        raise ValueError(f"compare: inner must be at least 1, got {inner}")
    same(ours(), peer())
    ratio = Ratio(label, [], [], target)
    for repeat in range(repeats):
        pair = [(ours, ratio.ours), (peer, ratio.peer)]
        for function, seconds in pair if repeat % 2 == 0 else reversed(pair):
            start = clock()
            for _ in range(inner):
                function()
            seconds.append((clock() - start) / inner)
    return ratio


def close(rtol=1e-4, atol=1e-5):
    """A `same` for results that are arrays, tensors or tuples of them."""

    def same(ours, peer):
        ours, peer = _arrays(ours), _arrays(peer)
        if len(ours) != len(peer):
            raise AssertionError(f"{len(ours)} results against {len(peer)}")
        for a, b in zip(ours, peer, strict=True):
            np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)

    return same


def _arrays(result):
    parts = result if isinstance(result, tuple | list) else [result]
    return [np.asarray(p.detach() if hasattr(p, "detach") else p) for p in parts]


@dataclass
class Check:
    """A figure that is no ratio of times, with the least or the largest that is good enough."""

    label: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self):
        if self.at_least is None and self.at_most is None:
            return None
        enough = self.at_least is None or self.value >= self.at_least
        return enough and (self.at_most is None or self.value <= self.at_most)


@dataclass
class Report:
    """What a benchmark found. facts: whatever else belongs in the file: settings, spreads."""

    name: str
    ratios: list[Ratio] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    facts: dict = field(default_factory=dict)

    @property
    def met(self):
        return all(part.met is not False for part in [*self.ratios, *self.checks])

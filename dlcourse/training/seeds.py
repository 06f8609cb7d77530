"""Every source of randomness in one hand: seeded, saved, put back."""

import os
import random

import numpy as np
import torch

from dlcourse.random import default_rng, manual_seed


class deterministic:
    """Seed Python, NumPy, the course and PyTorch, and let only repeatable algorithms run.

    `deterministic(0)` holds from here on. `with deterministic(0):` holds inside, and puts back
    afterwards what was before. Two runs on one machine are then equal to the last bit; on another
    machine, or with another number of threads, sums are taken in another order.

    A DataLoader draws its order and the seeds of its workers from PyTorch's generator, and so
    needs nothing more. On CUDA say it before the first work on the device: cuBLAS reads its setting
    once. Where PyTorch knows only an algorithm that is not repeatable, it raises RuntimeError.

    Raises ValueError for a seed that is no integer from 0 to 2³² − 1.

    >>> with deterministic(0):
    ...     first = torch.rand(2)
    >>> with deterministic(0):
    ...     print(torch.equal(torch.rand(2), first))
    True
    """

    def __init__(self, seed):
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
            raise ValueError(f"seed is an integer from 0 to 2³² − 1, got {seed!r}")
        self.seed = seed
        self._before = (
            random_state(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
            torch.backends.cudnn.benchmark,
            os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
        )
        self._apply()

    def _apply(self):
        seed_all(self.seed)
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.benchmark = False

    def __enter__(self):
        self._apply()  # also where time has passed since it was made, or it is entered again
        return self

    def __exit__(self, *error):
        state, enabled, warn_only, benchmark, workspace = self._before
        torch.use_deterministic_algorithms(enabled, warn_only=warn_only)
        torch.backends.cudnn.benchmark = benchmark
        if workspace is None:
            os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)
        set_random_state(state)


def seed_all(seed):
    """Seed Python's, NumPy's, the course's and PyTorch's generators, on every device.

    >>> seed_all(3)
    >>> a = torch.rand(1), random.random()
    >>> seed_all(3)
    >>> a == (torch.rand(1), random.random())
    True
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries that students use draw from it
    manual_seed(seed)
    torch.manual_seed(seed)


def random_state():
    """The state of all these generators, as plain data that a checkpoint can hold.

    >>> state = random_state()
    >>> a = torch.rand(1)
    >>> set_random_state(state)
    >>> torch.equal(torch.rand(1), a)
    True
    """
    version, numbers, gauss = random.getstate()
    name, keys, *rest = np.random.get_state()  # noqa: NPY002
    state = {
        "python": (version, torch.from_numpy(np.array(numbers, dtype=np.int64)), gauss),
        "numpy": (name, torch.from_numpy(keys.astype(np.int64)), *rest),
        "dlcourse": default_rng().bit_generator.state,
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        state["mps"] = torch.mps.get_rng_state()
    return state


def set_random_state(state):
    """Put all generators back to where `random_state` found them; ones of missing devices stay.

    >>> set_random_state(random_state())
    """
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers.tolist()), gauss))
    name, keys, *rest = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))  # noqa: NPY002
    default_rng().bit_generator.state = state["dlcourse"]
    torch.set_rng_state(state["torch"].cpu())
    if "cuda" in state and torch.cuda.device_count() >= len(state["cuda"]):
        torch.cuda.set_rng_state_all([part.cpu() for part in state["cuda"]])
    if "mps" in state and torch.backends.mps.is_available():
        torch.mps.set_rng_state(state["mps"].cpu())

"""What the first cell of every notebook calls: version check, seed, threads, the FULL switch."""

import os
import sys

from dlcourse.random import manual_seed
from dlcourse.version import __version__

_OFF = {"", "0", "false", "no", "off"}
# Read by a numerical library when it loads: for those that a later cell imports.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def full_run():
    """Tell whether notebooks run their larger experiments.

    The environment variable `DLCOURSE_FULL` decides; unset, 0, false, no and off mean the small
    ones, which end in under a minute on two cores.
    """
    return os.environ.get("DLCOURSE_FULL", "").strip().lower() not in _OFF


def _series(version):
    """The part of a version that promises compatibility: (major, minor)."""
    parts = str(version).split(".")
    try:
        return int(parts[0]), int(parts[1])
    except (IndexError, ValueError):
        raise ValueError(f"a version reads like '0.1' or '0.1.0', got {version!r}") from None


def _check_version(written_for):
    wanted, have = _series(written_for), _series(__version__)
    if have > wanted:
        raise RuntimeError(
            f"this notebook was written for dlcourse {written_for} and dlcourse {__version__} is "
            "installed: get the notebook's current version from the course, or "
            f"`pip install 'dlcourse=={wanted[0]}.{wanted[1]}.*'`"
        )
    if have < wanted:
        raise RuntimeError(
            f"this notebook needs dlcourse {written_for} and dlcourse {__version__} is installed: "
            "run `pip install --upgrade dlcourse`, or `git pull` and `make lab` in the repository"
        )


def _limit_threads(threads):
    """Hold NumPy, PyTorch and whatever loads after them to this many threads."""
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        pass  # NumPy's pool keeps its size: results are the same, a busy machine is busier
    else:
        threadpool_limits(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)


def set_up(written_for, seed=0, threads=2):
    """Prepare a notebook: check the package's version, fix seed and threads, report all three.

    written_for: the version of dlcourse that the notebook was written for, as "0.1". A package of
    another series (major and minor number) raises RuntimeError, which says which of the two is
    old and how to bring them together.
    seed: for `dlcourse.manual_seed`, and for PyTorch's generator if PyTorch is already imported.
    threads: how many threads NumPy and PyTorch may use, at least 1. A run on two cores is then the
    same run on sixty-four. None leaves them alone; so does a full run, which wants the machine.
    Returns a line to print.
    """
    _check_version(written_for)
    if threads is not None and (not isinstance(threads, int) or isinstance(threads, bool)):
        raise TypeError(f"threads must be an int or None, got {type(threads).__name__}")
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, or None to leave them alone, got {threads}")
    manual_seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    line = f"dlcourse {__version__}, seed {seed}"
    if threads is not None and not full_run():
        _limit_threads(threads)
        line += f", {threads} thread{'s' if threads > 1 else ''}"
    return f"{line}, {'full' if full_run() else 'short'} run"

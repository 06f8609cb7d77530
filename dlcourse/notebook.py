"""What the first cell of every notebook calls: version check, seed, threads, the FULL switch."""

import os

from dlcourse.random import manual_seed
from dlcourse.version import __version__

_OFF = {"", "0", "false", "no", "off"}


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


def set_up(written_for, seed=0):
    """Prepare a notebook: check the package's version, fix the seed, report both.

    written_for: the version of dlcourse that the notebook was written for, as "0.1". A package of
    another series (major and minor number) raises RuntimeError, which says which of the two is
    old and how to bring them together.
    Returns a line to print.
    """
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
    manual_seed(seed)
    return f"dlcourse {__version__}, seed {seed}, {'full' if full_run() else 'short'} run"

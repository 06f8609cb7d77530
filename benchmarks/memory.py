"""How much memory a piece of work takes at its worst, asked of the operating system.

Each measurement is a process of its own. There a small version of the work runs first, so that the
libraries are loaded; then the mark of the highest resident memory is put back, the work runs once,
and the rise of the mark above what was resident before counts. That covers the outputs, the
gradients and whatever either library allocates in between, in the same way for both.
"""

import importlib
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import Check

ROOT = Path(__file__).parent.parent
SIDES = ("ours", "peer")


def peak_bytes(module, label):
    """Return the peaks of both sides of a case, (ours, peer), or None where there is no /proc.

    module: a name in `benchmarks`, whose `memory_case(label, torch, small)` returns two functions.
    """
    if not Path("/proc/self/clear_refs").exists():
        return None
    return tuple(int(_child(module, label, side)) for side in SIDES)


def add_memory(report, module, labels, at_most):
    """Add to a report the peak memory of each case, ours as a multiple of PyTorch's."""
    megabytes = {}
    for label in labels:
        peaks = peak_bytes(module, label)
        if peaks is None:
            report.facts["memory"] = "measured on Linux alone"
            return
        ours, peer = peaks
        megabytes[label] = {"dlcourse": round(ours / 1e6, 1), "pytorch": round(peer / 1e6, 1)}
        check = Check(f"peak memory, {label}", round(ours / peer, 2), at_most=at_most)
        report.checks.append(check)
    report.facts["peak_megabytes"] = megabytes


def _child(module, label, side):
    command = [sys.executable, "-m", "benchmarks.memory", module, label, side]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"the memory of {label} ({side}) was not measured: {done.stderr.strip()}")
    return done.stdout


def rise(function):
    """The peak of resident memory while a function runs, above what was resident before, in bytes.

    >>> 2e8 <= rise(lambda: bytearray(200_000_000).count(1)) < 2.2e8  # doctest: +SKIP
    True
    """
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = resident("VmRSS")
    result = function()  # kept until the mark is read
    peak = resident("VmHWM")
    del result
    return peak - before


def resident(field):
    """A figure of this process's memory in bytes: VmRSS is now, VmHWM the highest so far."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return 1024 * int(line.split()[1])
    raise OSError(f"/proc/self/status has no {field}")


def main(module, label, side):
    """Print the peak of one side of one case."""
    import torch

    from benchmarks.harness import one_thread

    make = importlib.import_module(f"benchmarks.{module}").memory_case
    with one_thread():
        make(label, torch, small=True)[SIDES.index(side)]()
        work = make(label, torch, small=False)[SIDES.index(side)]
        print(rise(work))


if __name__ == "__main__":
    main(*sys.argv[1:])

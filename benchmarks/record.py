"""What is kept of a measurement: a table on the screen and a file in `benchmarks/results`."""

import datetime
import json
import os
import platform
import statistics
from pathlib import Path

import numpy as np

import dlcourse

RESULTS = Path(__file__).parent / "results"


def table(report):
    """The figures of a report as lines of text."""
    rows = [("", "dlcourse", "PyTorch", "ratio", "of minima", "target", "")]
    for r in report.ratios:
        ours, peer = (_time(statistics.median(s)) for s in (r.ours, r.peer))
        target = "" if r.target is None else f"≤ {r.target:.2f}"
        rows.append((r.label, ours, peer, f"{r.median:.2f}", f"{r.minimum:.2f}", target, _word(r)))
    for c in report.checks:
        target = "" if c.at_least is None else f"≥ {c.at_least:g}"
        target += "" if c.at_most is None else f"≤ {c.at_most:g}"
        rows.append((c.label, f"{c.value:g}", "", "", "", target, _word(c)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    return "\n".join([report.name, *(f"  {line.rstrip()}" for line in lines)])


def write(report, load, folder=RESULTS):
    """Write a report as JSON; return the path. load: what `os.getloadavg` said before it began."""
    content = {
        "name": report.name,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "load_before": load,
        "threads": 1,
        "versions": versions(),
        "ratios": [
            {
                "label": r.label,
                "ratio_of_medians": round(r.median, 3),
                "ratio_of_minima": round(r.minimum, 3),
                "target": r.target,
                "met": r.met,
                "seconds_dlcourse": [float(f"{s:.4g}") for s in r.ours],
                "seconds_pytorch": [float(f"{s:.4g}") for s in r.peer],
            }
            for r in report.ratios
        ],
        "checks": [
            {
                "label": c.label,
                "value": c.value,
                "at_least": c.at_least,
                "at_most": c.at_most,
                "met": c.met,
            }
            for c in report.checks
        ],
        "facts": report.facts,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.name}.json"
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def versions():
    """The versions that decide how fast the two libraries are."""
    import torch
    from threadpoolctl import threadpool_info

    blas = [
        f"{pool['internal_api']} {pool['version']} ({pool.get('architecture', 'unknown kernel')})"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    ]
    return {
        "dlcourse": dlcourse.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numpy_blas": sorted(set(blas)),
        "torch": torch.__version__,
        "system": f"{platform.system()} {platform.machine()}",
    }


def processor_name():
    """The processor as its maker calls it, where the system tells."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def load_average():
    """How busy the machine is: the mean number of running tasks of the last minute, or None."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _time(seconds):
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def _word(part):
    return {None: "", True: "met", False: "MISSED"}[part.met]

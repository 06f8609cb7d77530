"""Peak memory is measured right, and of the same work in both libraries."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import memory, recurrent_attention
from benchmarks.harness import Check, Ratio, close

linux = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux has /proc/self/clear_refs"
)


WORK = """
import numpy as np
from benchmarks import memory

def work():
    kept = np.ones(40_000_000, dtype=np.uint8)
    return kept[:: np.ones(60_000_000, dtype=np.uint8)[0]]

print(memory.rise(work), memory.rise(lambda: None))
"""


@linux
def test_the_peak_counts_what_was_freed_again_and_what_is_returned():
    # In a process of its own: this one holds memory of earlier tests that new arrays can reuse.
    command = [sys.executable, "-c", WORK]
    printed = subprocess.run(command, cwd=memory.ROOT, capture_output=True, text=True, check=True)
    busy, idle = map(int, printed.stdout.split())
    assert 95e6 < busy < 125e6
    assert idle < 5e6


@linux
def test_a_case_is_measured_in_processes_of_its_own():
    label = "LSTM T50 B64 I128 H256"
    ours, peer = memory.peak_bytes("recurrent_attention", label)
    gates = 50 * 64 * 4 * 256 * 4  # bytes; both keep the gates and make their gradients
    assert 2 * gates < ours < 20 * gates
    assert 2 * gates < peer < 20 * gates
    with pytest.raises(OSError, match="no such case"):
        memory.peak_bytes("recurrent_attention", "no such case")


def test_both_libraries_do_the_same_work_and_all_of_it_is_measured(monkeypatch):
    calls = []

    def compare_once(label, ours, peer, *, same, repeats, clock, target=None):
        same(ours(), peer())
        calls.append(label)
        return Ratio(label, [1.0], [1.0], target)

    small = {"RECURRENT": 2, "ATTENTION": 4, "ENCODER": 4}
    for table, size in small.items():
        sizes = {
            label: tuple(min(v, size) if isinstance(v, int) else v for v in values)
            for label, values in getattr(recurrent_attention, table).items()
        }
        monkeypatch.setattr(recurrent_attention, table, sizes)
    monkeypatch.setattr(recurrent_attention, "compare", compare_once)
    monkeypatch.setattr(memory, "peak_bytes", lambda module, label: (3e6, 2e6))
    report = recurrent_attention.run()
    assert [ratio.label for ratio in report.ratios] == calls
    assert len(calls) == 10
    assert {check.value for check in report.checks} == {1.5}
    assert len(report.checks) == len(recurrent_attention.MEMORY)
    for label in recurrent_attention.MEMORY:
        ours, peer = recurrent_attention.memory_case(label, torch, small=True)
        close()(ours(), peer())


def test_a_figure_may_have_a_largest_value():
    values = (1.9, 2.0, 2.1)
    assert [Check("ratio", value, at_most=2.0).met for value in values] == [True, True, False]
    assert [Check("ratio", v, at_least=1.95, at_most=2.05).met for v in values] == [
        False,
        True,
        False,
    ]
    assert Check("ratio", 1.0).met is None

"""How far a run has come: a bar with the time left on a terminal, else a line a submission."""

import contextlib
import sys


@contextlib.contextmanager
def silent(total):
    """Say nothing."""
    yield lambda row: None


def shown(total):
    """Show the progress of `total` submissions on stderr: bar or lines, as it can show them."""
    return _bar(total) if sys.stderr.isatty() else _lines(total)


@contextlib.contextmanager
def _bar(total):
    from tqdm import tqdm

    counts = {}
    with tqdm(total=total, unit="submission", disable=total == 0, dynamic_ncols=True) as bar:

        def told(row):
            if not row.state.startswith("graded"):
                bar.write(f"{row.student}: {row.state}: {row.note}", file=sys.stderr)
                counts[row.state] = counts.get(row.state, 0) + 1
                bar.set_postfix(counts, refresh=False)
            bar.update()

        yield told


@contextlib.contextmanager
def _lines(total):
    done = 0

    def told(row):
        nonlocal done
        done += 1
        said = f"[{done}/{total}] {row.student}: {row.state} ({row.seconds:.1f} s)"
        print(said, file=sys.stderr, flush=True)

    yield told

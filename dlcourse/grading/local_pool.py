"""Units of work on this machine, several at a time."""

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from dlcourse.grading import process
from dlcourse.grading.unit import Result


def run(units, jobs):
    """Grade units, `jobs` at once; yield (tag, Result) for each as it is done.

    units: iterable of (tag, packed Unit), asked for the next only when a process is free for it:
    a class of any size takes the memory of `jobs` submissions. Whoever stops asking for results
    ends the processes that run.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        tags = {}
        try:
            for tag, packed in units:
                tags[pool.submit(process.run, packed, stop)] = tag
                if len(tags) >= jobs:
                    yield from _finished(tags)
            while tags:
                yield from _finished(tags)
        finally:
            stop.set()


def _finished(tags):
    """Wait for one unit at least; yield what is done and forget it."""
    done, _ = wait(tags, return_when=FIRST_COMPLETED)
    for future in done:
        yield tags.pop(future), Result.unpack(future.result())

"""Units of work on this machine, several at a time."""

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from dlcourse.grading import fingerprint, process, sandbox
from dlcourse.grading.course import CourseError
from dlcourse.grading.unit import Result


class Pool:
    """This machine as a place to grade. jobs: submissions at once."""

    def __init__(self, jobs):
        if jobs < 1:
            raise ValueError(f"jobs must be at least 1, got {jobs}")
        self.jobs, self.environment = jobs, fingerprint.environment()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def prepare(self, preload, libraries, sandboxed):
        """Begin to start, while the caller still plans. All are a Unit's."""
        if not sandboxed or sandbox.probe().sandbox:
            process.prepare(preload, libraries, sandboxed)

    def require_sandbox(self):
        """CourseError where this machine cannot keep student code in; it says what to do."""
        able = sandbox.probe()
        if not able.sandbox:
            raise CourseError(able.advice())

    def run(self, units):
        """Grade units; yield (tag, Result) for each as it is done.

        units: iterable of (tag, packed Unit), asked for the next only when a process is free for
        it: a class of any size takes the memory of `jobs` submissions. Whoever stops asking for
        results ends the processes that run.
        """
        stop = threading.Event()
        with ThreadPoolExecutor(max_workers=self.jobs) as threads:
            tags = {}
            try:
                for tag, packed in units:
                    tags[threads.submit(process.run, packed, stop)] = tag
                    # One more than there are processes: it is at hand when one of them ends.
                    if len(tags) > self.jobs:
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

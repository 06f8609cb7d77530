"""Units of work on a Dask cluster. Its workers share nothing with this machine but the package.

A worker that dies costs time: the scheduler sends what it had to another. A submission in whose
company several workers died is given up, so that no class waits for ever.
"""

import uuid
import warnings

from dlcourse.grading import fingerprint, process, sandbox
from dlcourse.grading.course import CourseError
from dlcourse.grading.unit import Result

_WAIT = 60  # s for the scheduler to answer, and for a first worker


class Cluster:
    """The workers behind a scheduler's address, as a place to grade. CourseError where none is."""

    def __init__(self, address):
        try:
            import distributed
        except ImportError:
            raise CourseError(
                "--scheduler needs Dask: pip install 'dlcourse[cluster]', here and on the workers"
            ) from None
        self._dask, self.address = distributed, address
        _check(address)
        try:
            self._client = distributed.Client(address, timeout=_WAIT, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise CourseError(f"no Dask scheduler answers at {address}: {error}") from None
        try:
            self.environment = self._agreed()
        except BaseException:
            self._client.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._client.close()

    def prepare(self, preload, libraries, sandboxed):
        """Nothing: each worker starts with its first unit."""

    def require_sandbox(self):
        """CourseError where a worker cannot keep student code in; it says what to do."""
        for worker, advice in sorted(self._client.run(_advice).items()):
            if advice is not None:
                raise CourseError(f"the worker {worker}: {advice}")

    def run(self, units):
        """Grade units on the cluster; yield (tag, Result) for each as it is done.

        units: iterable of (tag, packed Unit), asked for the next only when the workers have room.
        """
        done, tags = self._dask.as_completed(loop=self._client.loop), {}
        try:
            for tag, packed in units:
                future = self._submit(packed)
                tags[future] = tag
                done.add(future)
                while len(tags) >= self._room():
                    yield self._next(done, tags)
            while tags:
                yield self._next(done, tags)
        finally:
            self._client.cancel(list(tags))

    def _submit(self, packed):
        key = f"dlcourse-{uuid.uuid4().hex}"
        with warnings.catch_warnings():
            # What travels is the submission: it is as large as it is.
            warnings.filterwarnings("ignore", message="Sending large graph")
            return self._client.submit(grade, packed, self.environment, key=key, pure=False)

    def _next(self, done, tags):
        future = next(done)
        tag = tags.pop(future)
        try:
            return tag, Result.unpack(future.result())
        except self._dask.KilledWorker as error:
            died = error.allowed_failures + 1
            note = f"{died} workers of the cluster died while they graded it"
            return tag, Result("grader error", note)
        except (OSError, self._dask.CancelledError) as error:
            raise CourseError(
                f"the cluster at {self.address} is gone ({error}); the next run goes on from here"
            ) from error

    def _room(self):
        """How many units may be under way: each worker has its next one at hand."""
        return max(2, 2 * sum(self._client.nthreads().values()))

    def _agreed(self):
        """The environment of all workers; CourseError where they differ, or run other sources."""
        try:
            self._client.wait_for_workers(1, timeout=_WAIT)
        except TimeoutError:
            raise CourseError(f"the scheduler at {self.address} has no workers") from None
        try:
            found = self._client.run(fingerprint.environment)
        except Exception as error:  # whatever a worker without the package makes of the call
            raise CourseError(
                f"the workers at {self.address} cannot grade: {error}; install this dlcourse on "
                "them"
            ) from error
        (first, agreed), *others = sorted(found.items())
        for worker, versions in others:
            if versions != agreed:
                raise CourseError(
                    f"the workers {first} and {worker} differ: {_differ(agreed, versions)}"
                )
        ours = fingerprint.environment()["dlcourse"]
        if agreed["dlcourse"] != ours:
            raise CourseError(
                f"the workers at {self.address} have another dlcourse than this machine: install "
                "the same one on them"
            )
        return agreed


def grade(packed, environment):
    """Grade a unit on a worker, which may have joined after the others were looked at."""
    found = fingerprint.environment()
    if found != environment:
        raise CourseError(f"a worker differs from the others: {_differ(environment, found)}")
    return process.run(packed)


def _check(address):
    """CourseError for what is no address: on one, Dask's client never lets this process end."""
    from distributed.comm.addressing import parse_address, parse_host_port

    try:
        _, place = parse_address(address)
        parse_host_port(place)
    except ValueError as error:
        raise CourseError(
            f"{address!r} is no scheduler's address, as tcp://host:8786: {error}"
        ) from None


def _advice():
    able = sandbox.probe()
    return None if able.sandbox else able.advice()


def _differ(one, other):
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return ", ".join(f"{name} {one.get(name)} and {other.get(name)}" for name in names)

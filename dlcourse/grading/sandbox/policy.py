"""What a student's zone may see and use."""

from dataclasses import dataclass, field, fields
from pathlib import Path

# The parts of the course's own package that answer no homework.
COURSE = ("dlcourse.data", "dlcourse.viz", "dlcourse.notebook", "dlcourse.random")
# What is hidden whatever else is allowed: the answers, and what marks them.
ANSWERS = (
    "dlcourse.nn",
    "dlcourse.optim",
    "dlcourse.models",
    "dlcourse.training",
    "dlcourse.grading",
)


@dataclass(frozen=True)
class Limits:
    """What one zone may use, all its processes together, from its start to its end.

    memory: MiB that are resident. processes: with their threads. open_files: in each process.
    file_size, disk: MiB, of one file and of everything written below the home and `/tmp`.
    cpu_seconds, seconds: of computing and by the clock. output: bytes printed by one cell.
    message: bytes of one message from the kernel; a larger one is not taken.

    >>> Limits(memory=512).processes
    64
    """

    memory: float = 2048.0
    processes: int = 64
    open_files: int = 256
    file_size: float = 256.0
    disk: float = 512.0
    cpu_seconds: float = 600.0
    seconds: float = 900.0
    output: int = 2_000_000
    message: int = 8_000_000

    def __post_init__(self):
        for each in fields(self):
            value = getattr(self, each.name)
            if not isinstance(value, int | float) or not 0 < value < float("inf"):
                raise ValueError(f"the limit {each.name} must be a positive number, got {value!r}")


@dataclass(frozen=True)
class Policy:
    """What a zone holds.

    files: the submission's folder; what lies in it is copied into the zone, or None for a zone
    that gets its files later. libraries: names of distributions or of packages; a dotted name
    (`dlcourse.data`) opens that part of a package alone. hidden: dotted names that stay closed
    although a package around them is open. data: a folder of data sets to read, or None. preload:
    modules to import before the submission's files are there. unsafe: run without a sandbox.
    """

    files: Path | None = None
    libraries: tuple[str, ...] = ("numpy", "matplotlib", "scikit-learn", *COURSE)
    hidden: tuple[str, ...] = ANSWERS
    limits: Limits = field(default_factory=Limits)
    data: Path | None = None
    preload: tuple[str, ...] = ()
    unsafe: bool = False

    def __post_init__(self):
        for name in ("files", "data"):
            folder = getattr(self, name)
            if folder is not None:
                folder = Path(folder).resolve()
                if not folder.is_dir():
                    raise ValueError(f"{name} must be a folder, got {folder}")
                object.__setattr__(self, name, folder)
        for name in ("libraries", "hidden", "preload"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise TypeError(f"{name} must be a sequence of names, got the string {value!r}")
            object.__setattr__(self, name, tuple(value))

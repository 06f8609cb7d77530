"""Files that were published together: found, checked, downloaded, put in their place."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dlcourse.data.arriving import arrival_folder
from dlcourse.data.folder import data_folder
from dlcourse.data.idx import DamagedFile


@dataclass(frozen=True)
class Published:
    """The files of a data set and what is done with them.

    name: the set's name. title: as an error calls it. offline: returns what an error says to use
    instead.
    places: folders, below the data folder, that may hold the files, the preferred one first.
    files: their names.
    check: reads the file at a path that is known by a name; DamagedFile unless it is what was
    published. read: the same, and may remember what it read.
    arrive: downloads into an empty folder and returns the folder with the files; ConnectionError
    where that fails.
    packed: whether a file may lie compressed, as NAME.gz. hash_name: which hash `check` compares,
    for the report.
    """

    name: str
    title: str
    offline: Callable[[], str]
    places: tuple[str, ...]
    files: tuple[str, ...]
    check: Callable[[Path, str], object]
    read: Callable[[Path, str], object]
    arrive: Callable[[Path], Path]
    packed: bool
    hash_name: str

    def present(self):
        """Tell whether every file is there; reading them checks what is in them."""
        return self._complete_folder() is not None

    def open(self, download):
        """The function from a file's name to its checked content; fetch first what is missing."""
        if not self.present():
            if not download:
                raise FileNotFoundError(self._missing_line())
            self.fetch()
        folder = self._complete_folder()
        return lambda name: self._checked(folder, name, self.read)

    def fetch(self):
        """Download what is missing or damaged, check it, put it in its place; say what was done.

        What is there and whole stays untouched. Files arrive in a folder of their own and are moved
        when all of them are checked, so a download that breaks off leaves nothing in their place.
        """
        target = self._folder_to_fill()
        bad = [name for name in self.files if not self._is_whole(target, name)]
        if not bad:
            return f"{self.name} is complete in {target}"
        with arrival_folder(self.name, self.title) as scratch:
            arrived = self.arrive(scratch)
            for name in self.files:
                self._check_arrived(arrived, name)
            _move(arrived, target, self.files, bad)
        return f"{self.name}: {len(bad)} of {len(self.files)} files fetched into {target}"

    def verify(self):
        """Check every file of the set; DamagedFile or FileNotFoundError for what is wrong."""
        folder = self._complete_folder()
        if folder is None:
            raise FileNotFoundError(self._missing_line())
        for name in self.files:
            self._checked(folder, name, self.check)
        files = f"{len(self.files)} files in {folder}"
        return f"{self.name}: {files} have the published {self.hash_name}"

    def _checked(self, folder, name, read):
        try:
            return read(self._path(folder, name), name)
        except DamagedFile as error:
            raise DamagedFile(f"{error}; {self._get_again()}") from None

    def _is_whole(self, folder, name):
        path = self._path(folder, name)
        try:
            return path is not None and self.check(path, name) is not None
        except DamagedFile:
            return False

    def _check_arrived(self, folder, name):
        try:
            self.check(folder / name, name)
        except (DamagedFile, FileNotFoundError) as error:
            raise ConnectionError(
                f"{self.title} was downloaded, but {name} is not the published file; nothing was "
                f"kept: try again later; {self.offline()}"
            ) from error

    def _path(self, folder, name):
        """The file `name` in `folder`, plain or compressed; None where there is neither."""
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file() and (self.packed or path.name == name):
                return path
        return None

    def _candidates(self):
        return [data_folder() / place for place in self.places]

    def _complete_folder(self):
        for folder in self._candidates():
            if all(self._path(folder, name) for name in self.files):
                return folder
        return None

    def _folder_to_fill(self):
        """The folder that holds the set, else one that holds a part, else the preferred one."""
        candidates = self._candidates()
        started = [f for f in candidates if any(self._path(f, name) for name in self.files)]
        return self._complete_folder() or [*started, *candidates][0]

    def _missing_line(self):
        folder = self._folder_to_fill()
        missing = [name for name in self.files if self._path(folder, name) is None]
        return (
            f"{self.title} is not complete in {data_folder()}: {missing[0]} is missing; "
            f"{self._get_again()}, or set DLCOURSE_DATA to the folder that holds it; "
            f"{self.offline()}"
        )

    def _get_again(self):
        return f"get it again with `dlcourse data fetch {self.name}`"


def _move(arrived, target, files, bad):
    if not target.exists():
        for path in arrived.iterdir():
            if path.name not in files:
                path.unlink()
        target.parent.mkdir(parents=True, exist_ok=True)
        arrived.rename(target)
        return
    for name in bad:
        os.replace(arrived / name, target / name)

"""A submission that was handed in as a zip file, read in memory and without trust."""

import io
import stat
import zipfile
import zlib

from dlcourse.grading.unit import MOST_BYTES, MOST_FILES, Malformed, inside


def read(data, homework):
    """The files in a zip file, path to bytes, as they lie beside the homework's notebook.

    Malformed for a file that is none, is encrypted, holds a link, a name that leads elsewhere, too
    many files, or more bytes than a submission may have: counted while they are unpacked, since
    what a zip file announces about itself is part of what was handed in.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = [info for info in file.infolist() if _wanted(info)]
            if len(members) > MOST_FILES:
                raise Malformed(f"the zip file holds more than {MOST_FILES} files: hand in fewer")
            files, left = {}, MOST_BYTES
            for info in members:
                name = _checked(info)
                if name in files:
                    raise Malformed(f"the zip file holds {name} twice: make it again")
                files[name] = _unpack(file, info, left)
                left -= len(files[name])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Malformed(f"the zip file cannot be opened ({error}): make it again") from error
    return _below(files, f"{homework}.ipynb")


def _wanted(info):
    parts = info.filename.split("/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return not (info.is_dir() or hidden or parts[0] == "__MACOSX" or "__pycache__" in parts)


def _checked(info):
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Malformed(f"{info.filename} in the zip file is a link or a device: leave it out")
    if info.flag_bits & 1:
        raise Malformed("the zip file asks for a password: make one without")
    try:
        return inside(info.filename)
    except ValueError as error:
        raise Malformed(
            f"in the zip file {error}: make it again from the homework folder"
        ) from None


def _unpack(file, info, most):
    with file.open(info) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise Malformed(
            f"the zip file unpacks to more than {MOST_BYTES / 1e6:.0f} MB: clear all outputs and "
            "leave out what can be downloaded"
        )
    return data


def _below(files, notebook):
    """The files as seen from the folder in which the notebook lies; all where there is none."""
    places = [name for name in files if name.split("/")[-1] == notebook]
    if not places:
        return files
    root = min(places, key=lambda name: (name.count("/"), name)).removesuffix(notebook)
    return {name.removeprefix(root): data for name, data in files.items() if name.startswith(root)}

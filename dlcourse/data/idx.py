"""Files in the IDX format, in which MNIST is published: a header, then unsigned bytes."""

import gzip
import hashlib
import struct
import zlib

import numpy as np


class DamagedFile(ValueError):
    """A data file that is not what was published; the message is one line and names the file."""


def read_idx(path, shape, sha256):
    """The array in the IDX file `path`, plain or compressed with gzip (a name ending in .gz).

    The header is big-endian: two zero bytes, 8 for unsigned bytes, the number of axes, then the
    length of each axis as four bytes.

    shape: what the array must be. sha256: of the whole file, decompressed, in hexadecimal.
    Returns uint8 of that shape, read-only. Raises DamagedFile for anything else, OSError where the
    file cannot be read.
    """
    content = _decompressed(path)
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    if content[:4] != header[:4]:
        found = content[:4].hex() or "nothing"
        raise DamagedFile(
            f"{path} is not the IDX file it should be: it begins with {found} instead of "
            f"{header[:4].hex()}"
        )
    expected = len(header) + int(np.prod(shape))
    if len(content) != expected:
        how = "cut short" if len(content) < expected else "too long"
        raise DamagedFile(f"{path} is {how}: {len(content)} bytes of data instead of {expected}")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedFile(f"{path} is damaged: its SHA-256 is not that of the published data")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)


def _decompressed(path):
    content = path.read_bytes()
    if path.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except EOFError:
        raise DamagedFile(f"{path} is cut short: its compressed data end too early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DamagedFile(f"{path} is damaged: {error}") from None

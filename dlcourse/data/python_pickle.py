"""Pickles of Python 2 that hold dictionaries, lists, strings and arrays, and nothing else."""

import io
import pickle

import numpy as np

from dlcourse.data.idx import DamagedFile

# NumPy has moved this function; an array knows where it is now.
_RECONSTRUCT = np.empty(0).__reduce__()[0]


def _dtype(name, *flags):
    """The flags, 0 and 1 in old pickles, say nothing for plain types, and NumPy warns of them."""
    return np.dtype(name)


_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): _dtype,
}


class _PlainData(pickle.Unpickler):
    """A pickle is a program that may call anything; this one may build arrays."""

    def find_class(self, module, name):
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def loads(content, path):
    """What the bytes of a pickle hold; strings of Python 2 are read as Latin-1.

    path: where they come from, for the error. Raises DamagedFile for anything that is not plain
    data.
    """
    try:
        return _PlainData(io.BytesIO(content), encoding="latin1").load()
    except (pickle.UnpicklingError, EOFError, ValueError, IndexError, TypeError) as error:
        raise DamagedFile(f"{path} is not a pickle of arrays and strings ({error})") from None

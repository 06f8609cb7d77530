"""Arrays, their scalars and tensors as bytes: what is written is checked again when it is read.

A record names its dtype and shape; whatever is not on the lists below, or whose bytes do not fit
its shape, is refused. NumPy and PyTorch are imported when the first of their values arrives.
"""

import re
import sys

from dlcourse.grading.remote.frames import Malformed

_DTYPE = re.compile(r"[<>|](?:b1|[iu][1248]|f[248]|c8|c16|[SU]\d{1,6}|[mM]8(?:\[[\w/]{1,12}\])?)")
TENSORS = (
    *("bool", "uint8", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)
_MOST_AXES = 32


def loaded(name):
    """A module that has been imported, or None: before that there is no value of its types."""
    return sys.modules.get(name)


def is_array(value):
    """Tell whether a value is a NumPy array of a plain dtype."""
    np = loaded("numpy")
    return (
        np is not None
        and issubclass(type(value), np.ndarray)
        and is_plain(np.ndarray.view(value, np.ndarray).dtype)
    )


def is_scalar(value):
    """Tell whether a value is a NumPy scalar of a plain dtype; np.str_ is a str, and crosses so."""
    np = loaded("numpy")
    if np is None or not issubclass(type(value), np.generic):
        return False
    return value.dtype.kind not in "SU" and is_plain(value.dtype)


def is_tensor(value):
    """Tell whether a value is a dense PyTorch tensor on the CPU outside a graph."""
    torch = loaded("torch")
    if torch is None or not issubclass(type(value), getattr(torch, "Tensor", ())):
        return False
    return (
        not value.requires_grad
        and value.device.type == "cpu"
        and value.layout is torch.strided
        and str(value.dtype).removeprefix("torch.") in TENSORS
    )


def is_plain(dtype):
    """Tell whether a NumPy dtype is one that crosses."""
    return _DTYPE.fullmatch(dtype.str) is not None


def write_array(value):
    """An array as ([dtype, shape, order, writeable], bytes)."""
    import numpy as np

    plain = np.ndarray.view(value, np.ndarray)
    flags = plain.flags
    order = "F" if flags.f_contiguous and not flags.c_contiguous else "C"
    return [plain.dtype.str, list(plain.shape), order, bool(flags.writeable)], plain.tobytes(order)


def read_array(record, data):
    """The array of a record; Malformed where the record is not one that write_array gives."""
    import numpy as np

    if len(record) != 4 or record[2] not in ("C", "F") or type(record[3]) is not bool:
        raise Malformed("a record of an array is incomplete")
    kind, shape = dtype(record[0]), _shape(record[1])
    _fits(shape, kind.itemsize, data)
    array = np.empty(shape, kind, order=record[2])
    array[...] = _harmless(np.ndarray(shape, kind, buffer=data, order=record[2]))
    array.flags.writeable = record[3]
    return array


def write_scalar(value):
    """A NumPy scalar as ([dtype], bytes)."""
    return [value.dtype.str], value.tobytes()


def read_scalar(record, data):
    """The NumPy scalar of a record."""
    import numpy as np

    if len(record) != 1:
        raise Malformed("a record of a scalar is incomplete")
    kind = dtype(record[0])
    _fits((), kind.itemsize, data)
    return _harmless(np.ndarray((), kind, buffer=data))[()]


def write_tensor(value):
    """A tensor as ([dtype, shape], bytes)."""
    import torch

    plain = value.as_subclass(torch.Tensor).resolve_conj().resolve_neg().contiguous()
    data = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return [str(plain.dtype).removeprefix("torch."), list(plain.shape)], data


def read_tensor(record, data):
    """The tensor of a record; Malformed where the record is not one that write_tensor gives."""
    import torch

    if len(record) != 2 or record[0] not in TENSORS:
        raise Malformed("a record of a tensor is incomplete")
    kind, shape = getattr(torch, record[0]), _shape(record[1])
    _fits(shape, kind.itemsize, data)
    if not data:
        return torch.empty(shape, dtype=kind)
    flat = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    flat = flat != 0 if kind is torch.bool else flat.view(kind)
    return flat.reshape(shape).clone()


def dtype(text):
    """The NumPy dtype of a name that is_plain passes."""
    import numpy as np

    if type(text) is not str or not _DTYPE.fullmatch(text):
        raise Malformed("an array has a dtype that does not cross")
    try:
        return np.dtype(text)
    except TypeError:
        raise Malformed("an array has a dtype that does not cross") from None


def _shape(shape):
    if type(shape) is not list or len(shape) > _MOST_AXES:
        raise Malformed("an array has no shape")
    if not all(type(n) is int and 0 <= n < 1 << 48 for n in shape):
        raise Malformed("an array has a length that is none")
    return tuple(shape)


def _fits(shape, itemsize, data):
    size = itemsize
    for length in shape:
        size *= length
    if size != len(data):
        raise Malformed("an array's bytes do not fit its shape")


def _harmless(array):
    """The array with no bytes in it that its dtype has no meaning for."""
    if array.dtype.kind == "b":
        return array.view("u1") != 0
    if array.dtype.kind == "U" and array.size and array.dtype.itemsize:
        codes = array.reshape(-1).view(array.dtype.byteorder.replace("|", "=") + "u4")
        if codes.max() > sys.maxunicode:
            raise Malformed("a string holds what is no character")
    return array

"""Images as the families hand them out: levels 0 to 255 as they are stored, or numbers in 0..1."""

import numpy as np


def finished(parts, flat, dtype):
    """The images of all parts, one after the other, as x of a `DataSet`.

    parts: uint8 arrays (N, C, H, W). Returns (N, C, H, W), or (N, C·H·W) with flat: for dtype
    "uint8" the levels, for "float32" the levels divided by 255. A single part of levels is not
    copied.
    """
    if dtype == "uint8" and len(parts) == 1:
        return parts[0].reshape(len(parts[0]), -1) if flat else parts[0]
    shape = (sum(map(len, parts)), *parts[0].shape[1:])
    x = np.empty(shape, dtype)
    start = 0
    for part in parts:
        rows = x[start : start + len(part)]
        if x.dtype == np.uint8:
            rows[:] = part
        else:
            np.divide(part, np.float32(255), out=rows)
        start += len(part)
    return x.reshape(len(x), -1) if flat else x

"""The perceptron's demonstration of 1958: cards with a square on the left or on the right."""

import numpy as np

from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.options import real_number, whole_number, yes_or_no
from dlcourse.random import default_rng

SIDE = 20


def load_retina(n=100, size=5, margin=0, noise=0.0, flat=True, rng=None):
    """Cards with a square on the left or on the right, as a retina of 20×20 cells sees them.

    n: number of cards, half of them (rounded down) with the square on the right.
    size: side of the square in cells, 1 to 10 − margin.
    margin: columns that stay free on either side of the middle line.
    noise: probability, below 0.5, that a cell is flipped. A card on which the flipped cells
    outweigh the square is drawn again, so the set is linearly separable whatever the noise.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, 400) float32, 1 where a cell sees the square and 0 elsewhere, or (n, 1, 20, 20) with
    flat=False; `images` is (n, 20, 20).
    y: (n,) int64, 0 for left and 1 for right; `2 * y - 1` gives −1 and +1.
    info["corner"]: (n, 2) int64, row and column of the upper left cell of each square.
    info["size"]: the side of the squares.
    info["separator"]: (400,) float32, a weight vector of length 1 that tells the classes apart
    with no bias: −1/20 on the left half, +1/20 on the right. Without noise its margin, the least
    (2y − 1)·w·x, is size²/20; with noise it is at least 1/20.

    Source: generated, after the demonstration of 1958, where an IBM 704 told such cards apart after
    fifty trials (The New York Times, 8 July 1958). The 400 photo-cells belong to the machine that
    was built afterwards.
    """
    n, size = whole_number("n", n, 2), whole_number("size", size, 1)
    margin, noise = whole_number("margin", margin, 0), real_number("noise", noise, below=0.5)
    flat, rng = yes_or_no("flat", flat), default_rng(rng)
    half = SIDE // 2
    if size + margin > half:
        raise ValueError(
            f"a square of size {size} and a margin of {margin} do not fit in a half of the "
            f"retina, {half} columns wide: size + margin must be at most {half}"
        )
    y = rng.permutation(np.repeat([0, 1], [n - n // 2, n // 2])).astype(np.int64)
    row = rng.integers(SIDE - size + 1, size=n)
    from_edge = rng.integers(half - margin - size + 1, size=n)
    column = np.where(y == 0, from_edge, SIDE - size - from_edge)
    clean = _draw(row, column, size)

    separator = np.where(np.arange(SIDE) < half, -1, 1) * np.ones((SIDE, 1), dtype=np.int64)
    cards = _flip(clean, 2 * y - 1, separator, noise, rng)
    x = cards.astype(np.float32)
    return DataSet(
        name="retina",
        x=x.reshape(n, SIDE * SIDE) if flat else x[:, None],
        y=y,
        classes=("left", "right"),
        image_shape=(SIDE, SIDE),
        info={
            "corner": np.stack([row, column], axis=1),
            "size": size,
            "separator": (separator / SIDE).astype(np.float32).ravel(),
        },
    )


def _draw(row, column, size):
    cell = np.arange(SIDE)
    in_rows = (cell >= row[:, None]) & (cell < row[:, None] + size)
    in_columns = (cell >= column[:, None]) & (cell < column[:, None] + size)
    return in_rows[:, :, None] & in_columns[:, None, :]


def _flip(clean, sign, separator, noise, rng):
    cards = clean.copy()
    pending = np.arange(len(clean)) if noise > 0 else np.arange(0)
    while len(pending):
        cards[pending] = clean[pending] ^ (rng.random((len(pending), SIDE, SIDE)) < noise)
        balance = sign[pending] * (cards[pending] * separator).sum(axis=(1, 2))
        pending = pending[balance <= 0]
    return cards


ENTRIES = (Entry("retina", load_retina, "(100, 400)", "generated"),)

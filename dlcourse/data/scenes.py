"""Scenes for segmentation: shapes that overlap before a patterned ground, labelled by the pixel."""

import numpy as np

from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.options import real_number, whole_number
from dlcourse.random import default_rng

CLASSES = ("ground", "disc", "square", "triangle", "ring", "cross", "bar")
FIELDS = ("label", "row", "column", "radius", "angle", "thickness")
# A smaller one would be a blot whose kind nobody can tell.
SMALLEST = 0.08
LARGEST = 0.3
NEAREST_COLOURS = 0.35


def load_scenes(n=200, size=64, most=6, noise=0.05, rng=None):
    """Coloured shapes of six kinds that overlap before a patterned ground, labelled by the pixel.

    n: number of scenes. size: pixels of a side, at least 32. most: shapes in a scene, at least 1
    and at most so many. noise: standard deviation of what is added to every channel, at most 1;
    the sum is cut to 0..1.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, 3, size, size) float32 in 0..1; `images` is (n, size, size, 3), ready to draw.
    y: (n, size, size) int64, for each pixel 0 for the ground or the kind of the shape that is seen
    there. A pixel belongs to a shape when its centre lies in it; later shapes cover earlier ones.
    info["shapes"]: (n, most, 6) float64, for each shape, the covered ones first, its label, the row
    and column of its centre in pixels (the centre of the upper left pixel is 0, 0), its radius, its
    angle and, of a bar, half its thickness; label 0 where a scene has fewer shapes.

    The radius varies from 8 to 30% of the side, evenly on a logarithmic scale. Bars are one to
    three pixels thick at a size of 64, and rings and crosses have thin parts: a network that
    predicts at a 32nd of the resolution loses them, and one that adds finer features finds them.
    The best labels that are constant in blocks of 32, 16 and 8 pixels have a mean intersection over
    union of about 0.18, 0.37 and 0.54. Colours and patterns tell nothing about the kind.

    Source: generated.
    """
    n, size = whole_number("n", n, 1), whole_number("size", size, 32)
    most, noise = whole_number("most", most, 1), real_number("noise", noise, below=1.0 + 1e-9)
    rng = default_rng(rng)
    x = np.empty((n, 3, size, size), np.float32)
    y = np.zeros((n, size, size), np.int64)
    shapes = np.zeros((n, most, len(FIELDS)))
    for image, labels, placed in zip(x, y, shapes, strict=True):
        count = rng.integers(1, most + 1)
        placed[:count] = _draw_shapes(count, size, rng)
        _paint(image, labels, placed[:count], noise, rng)
    return DataSet(
        name="scenes",
        x=x,
        y=y,
        classes=CLASSES,
        image_shape=(3, size, size),
        info={"shapes": shapes},
    )


def _draw_shapes(count, size, rng):
    return np.stack(
        [
            rng.integers(1, len(CLASSES), size=count),
            rng.uniform(0, size - 1, size=count),
            rng.uniform(0, size - 1, size=count),
            size * np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), size=count)),
            rng.uniform(0, 2 * np.pi, size=count),
            size / 64 * rng.uniform(0.6, 1.5, size=count),
        ],
        axis=1,
    )


def _paint(image, labels, shapes, noise, rng):
    size = len(labels)
    ground = rng.uniform(size=3)
    image[:] = _pattern(ground, size, rng)
    for shape in shapes:
        inside = contains(shape, *np.indices((size, size)))
        colour = rng.uniform(size=3)
        while np.linalg.norm(colour - ground) < NEAREST_COLOURS:
            colour = rng.uniform(size=3)
        image[:, inside] = _pattern(colour, size, rng)[:, inside]
        labels[inside] = shape[0]
    image += noise * rng.standard_normal(image.shape, dtype=np.float32)
    np.clip(image, 0, 1, out=image)


def _pattern(colour, size, rng):
    """A colour whose lightness goes up and down across the picture: (3, size, size)."""
    angle, waves, phase = rng.uniform(0, 2 * np.pi), rng.uniform(1, 12), rng.uniform(0, 2 * np.pi)
    row, column = np.indices((size, size)) * (2 * np.pi * waves / size)
    wave = np.sin(row * np.sin(angle) + column * np.cos(angle) + phase)
    return colour[:, None, None] + rng.uniform(0, 0.12) * wave


def contains(shape, row, column):
    """Whether points lie in a shape: bool, of the shape of `row` and `column`.

    shape: a row of info["shapes"]. Within its radius, turned by its angle: a disc; a square with
    its corners on the circle; an equilateral triangle with its corners there; a ring whose hole has
    0.65 of the radius; a cross of two beams, 0.4 wide; a bar from one side to the other.
    """
    label, centre_row, centre_column, radius, angle, thickness = shape
    down, right = (row - centre_row) / radius, (column - centre_column) / radius
    u = right * np.cos(angle) + down * np.sin(angle)
    v = down * np.cos(angle) - right * np.sin(angle)
    distance = np.hypot(u, v)
    kind = CLASSES[int(label)]
    if kind == "disc":
        return distance <= 1
    if kind == "square":
        return np.maximum(abs(u), abs(v)) <= np.sqrt(0.5)
    if kind == "triangle":
        return (v <= 0.5) & (np.sqrt(3) * abs(u) - v <= 1)
    if kind == "ring":
        return (distance <= 1) & (distance >= 0.65)
    if kind == "cross":
        return (np.minimum(abs(u), abs(v)) <= 0.2) & (distance <= 1)
    return (abs(v) <= thickness / radius) & (abs(u) <= 1)


ENTRIES = (Entry("scenes", load_scenes, "(200, 3, 64, 64)", "generated"),)

"""Two photographs that come with scikit-learn, as images and as functions from place to colour."""

import importlib.util
from dataclasses import dataclass

import numpy as np

from dlcourse.data.dataset import Entry
from dlcourse.data.options import whole_number
from dlcourse.data.pictures import decode, import_pillow


@dataclass(frozen=True, eq=False, repr=False)
class Photograph:
    """A colour image, and the same as rows: where a pixel is, and which colour it has.

    name: the name that `load` was given.
    image: float32, (H, W, 3), `image[row, column, channel]`, red, green and blue in 0..1.
    description: shapes, ranges and source, in words.

    >>> red = np.zeros((2, 4, 3), np.float32)
    >>> red[..., 0] = 1
    >>> photograph = Photograph("red", red)
    >>> photograph
    Photograph 'red': image (2, 4, 3) float32, x (8, 2) float32, y (8, 3) float32
    >>> photograph.x[:2].tolist(), photograph.y[0].tolist()
    ([[0.125, 0.25], [0.375, 0.25]], [1.0, 0.0, 0.0])
    """

    name: str
    image: np.ndarray
    description: str = ""

    @property
    def x(self):
        """Where each pixel's centre is, float32, (H·W, 2), both in 0..1.

        To the right first, as x in a plot, then down; the pixels in the order of reading.
        """
        height, width = self.image.shape[:2]
        down, right = np.indices((height, width), dtype=np.float32) + np.float32(0.5)
        places = np.stack([right / width, down / height], axis=-1)
        return places.reshape(-1, 2).astype(np.float32)

    @property
    def y(self):
        """The colours, float32, (H·W, 3), in 0..1: a view of the image, row after row."""
        return self.image.reshape(-1, 3)

    def from_colours(self, colours):
        """Colours for every place in x, (H·W, 3), as an image (H, W, 3), cut to 0..1."""
        if colours.shape != self.y.shape:
            raise ValueError(
                f"from_colours: expected a colour for each pixel, {self.y.shape}, got "
                f"{tuple(colours.shape)}"
            )
        return np.clip(colours, 0, 1).reshape(self.image.shape)

    def __repr__(self):
        parts = ((name, getattr(self, name)) for name in ("image", "x", "y"))
        shapes = ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in parts)
        return f"Photograph {self.name!r}: {shapes}"


def load_china(size=None):
    """A pagoda and its trees: a colour photograph with fine detail, 427×640 pixels.

    size: pixels, (height, width), or one number for both; None for all. The photograph is scaled
    until it covers them and cut around its centre; shrinking averages, so nothing flickers.

    Returns a `Photograph`. image: (427, 640, 3) float32 in 0..1, `image[row, column, channel]`.
    x: (273280, 2) float32, where each pixel's centre is, to the right and down, in 0..1.
    y: (273280, 3) float32, its red, green and blue in 0..1.

    Source: scikit-learn's `load_sample_image`; photograph by danielbuechele (Flickr, CC BY 2.0).
    Needs scikit-learn and Pillow, no network.
    """
    return _load("china", size)


def load_flower(size=None):
    """A dahlia before a dark background: a colour photograph with soft edges, 427×640 pixels.

    size: pixels, (height, width), or one number for both; None for all; as of `china`.

    Returns a `Photograph`. image: (427, 640, 3) float32 in 0..1, `image[row, column, channel]`.
    x: (273280, 2) float32, where each pixel's centre is, to the right and down, in 0..1.
    y: (273280, 3) float32, its red, green and blue in 0..1.

    Source: scikit-learn's `load_sample_image`; photograph by vultilion (Flickr, CC BY 2.0). Needs
    scikit-learn and Pillow, no network.
    """
    return _load("flower", size)


def _load(name, size):
    if size is not None:
        height, width = size if isinstance(size, tuple | list) else (size, size)
        size = whole_number("size", height, 1), whole_number("size", width, 1)
    Image, _ = import_pillow()
    try:
        from sklearn.datasets import load_sample_image
    except ImportError as error:
        raise ImportError(
            f"the photograph {name!r} comes with scikit-learn, which is not installed: "
            "run `pip install 'dlcourse[course]'`"
        ) from error
    levels = decode(Image.fromarray(load_sample_image(f"{name}.jpg")), size)
    return Photograph(name=name, image=levels.astype(np.float32) / np.float32(255))


def present():
    """Tell whether scikit-learn and Pillow are installed, without loading them."""
    return all(importlib.util.find_spec(package) for package in ("sklearn", "PIL"))


ENTRIES = tuple(
    Entry(name, load, "(273280, 2)", "comes with scikit-learn", present)
    for name, load in (("china", load_china), ("flower", load_flower))
)

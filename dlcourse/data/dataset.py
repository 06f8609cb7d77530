"""What `load` returns, and what a family of data sets declares about each of its sets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np


class Parted:
    """The training and the test part of a set that has `name`, `n_train`, and rows in x and y."""

    @property
    def x_train(self):
        return self.x[: self._split("x")]

    @property
    def y_train(self):
        return self.y[: self._split("y")]

    @property
    def x_test(self):
        return self.x[self._split("x") :]

    @property
    def y_test(self):
        return self.y[self._split("y") :]

    def _split(self, whole):
        if self.n_train is None:
            raise AttributeError(
                f"the data set {self.name!r} has no split into train and test: use its {whole}, "
                "and divide it, or load a generated set again with another rng for a test set"
            )
        return self.n_train

    def _shapes(self):
        fields = ("x", "y")
        if self.n_train is not None:
            fields = ("x_train", "y_train", "x_test", "y_test")
        arrays = ((name, getattr(self, name)) for name in fields)
        return ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in arrays)


@dataclass(frozen=True, eq=False, repr=False)
class DataSet(Parted):
    """Inputs, labels, and what they mean.

    name: the name that `load` was given.
    x: float32, C-contiguous, (N, features), or (N, C, H, W) for images loaded with `flat=False`;
    uint8 for images loaded with `dtype="uint8"`.
    y: int64, (N,), labels 0..K−1, or (N, H, W), one for each pixel. For labels −1 and +1 write
    `2 * y - 1`.
    classes: the K names of the labels, in order.
    description: shapes, ranges and source, in words.
    n_train: how many of the first rows are the training set; None where a set has no split.
    image_shape: (H, W) where a row is a grey image, (C, H, W) where it has channels, else None.
    info: what else belongs to the set, by name; its description says what.

    A set with a split also has `x_train`, `y_train`, `x_test`, `y_test`. They are views: the first
    `n_train` rows of `x` and `y`, and the rest. The arrays belong to the caller; the next `load`
    returns new ones.

    >>> import numpy as np
    >>> points = DataSet("points", np.zeros((3, 2), np.float32), np.array([0, 1, 1]), ("a", "b"))
    >>> points
    DataSet 'points': x (3, 2) float32, y (3,) int64, 2 classes
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    classes: tuple[str, ...]
    description: str = ""
    n_train: int | None = None
    image_shape: tuple[int, ...] | None = None
    info: Mapping[str, object] = field(default_factory=dict)

    @property
    def images(self):
        """x as (N, H, W), or (N, H, W, C) where the images have channels, ready to draw: a view."""
        if self.image_shape is None:
            raise AttributeError(f"the data set {self.name!r} has no images: use its x")
        images = self.x.reshape(-1, *self.image_shape)
        return images if len(self.image_shape) == 2 else images.transpose(0, 2, 3, 1)

    def __repr__(self):
        return f"DataSet {self.name!r}: {self._shapes()}, {len(self.classes)} classes"


@dataclass(frozen=True)
class Entry:
    """A line of the registry.

    load: called with the options of `data.load`, returns a `DataSet`, or another dataclass that has
    a name and a description. Its docstring is what
    `data.describe` prints.
    shape: the shape of x, as text, with the default options.
    source: where the data come from, as text.
    present: tells whether the set can be loaded without the network.
    fetch: gets what is missing and returns a line that says what was done; None where there is
    nothing to get.
    verify: raises OSError or ValueError unless the set is there and whole, else returns a line
    that says what was checked.
    """

    name: str
    load: Callable[..., object]
    shape: str
    source: str
    present: Callable[[], bool] = lambda: True
    fetch: Callable[[], str] | None = None
    verify: Callable[[], str] | None = None

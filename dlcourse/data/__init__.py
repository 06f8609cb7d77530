"""Data sets by name: `load(name, **options)`, `names()`, `describe(name)`.

`image_folder(path)` loads a folder of images of your own.

>>> {"digits", "mnist", "cifar10", "xor"} <= set(names())
True
>>> xor = load("xor", n=4, noise=0.0)
>>> xor.x.tolist(), xor.y.tolist()
([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
"""

from dlcourse.data.class_folders import image_folder
from dlcourse.data.dataset import DataSet
from dlcourse.data.photographs import Photograph
from dlcourse.data.registry import describe, load, names
from dlcourse.data.sequence_set import SequenceSet

__all__ = ["DataSet", "Photograph", "SequenceSet", "describe", "image_folder", "load", "names"]

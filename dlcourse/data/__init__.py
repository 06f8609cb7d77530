"""Data sets by name: `load(name, **options)`, `names()`, `describe(name)`.

>>> names()
['blobs', 'digits', 'mnist', 'moons', 'retina', 'spirals', 'xor']
>>> xor = load("xor", n=4, noise=0.0)
>>> xor.x.tolist(), xor.y.tolist()
([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
"""

from dlcourse.data.dataset import DataSet
from dlcourse.data.registry import describe, load, names

__all__ = ["DataSet", "describe", "load", "names"]

"""Scenes for segmentation: every label found again from the list of shapes, a pixel at a time."""

import math

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data.scenes import CLASSES


def corners(label, radius):
    """The polygons that make up a shape before it is turned, as (right, down)."""
    r = radius
    if label == "square":
        s = r / math.sqrt(2)
        return [[(-s, -s), (s, -s), (s, s), (-s, s)]]
    places = [math.pi / 2 + k * 2 * math.pi / 3 for k in range(3)]
    return [[(r * math.cos(a), -r * math.sin(a)) for a in places]]


def in_polygon(point, polygon):
    """The even-odd rule: a ray to the right crosses the outline an odd number of times."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def holds(shape, row, column):
    label, centre_row, centre_column, radius, angle, thickness = shape
    kind = CLASSES[int(label)]
    down, right = row - centre_row, column - centre_column
    # Turn the point back instead of the shape forth.
    turned = complex(right, down) * complex(math.cos(angle), -math.sin(angle))
    point, distance = (turned.real, turned.imag), abs(turned)
    if kind == "disc":
        return distance <= radius
    if kind == "ring":
        return 0.65 * radius <= distance <= radius
    if kind == "cross":
        return distance <= radius and (abs(point[0]) <= radius / 5 or abs(point[1]) <= radius / 5)
    if kind == "bar":
        return abs(point[0]) <= radius and abs(point[1]) <= thickness
    return any(in_polygon(point, polygon) for polygon in corners(kind, radius))


def test_labels_are_those_of_the_uppermost_shape_at_each_pixel():
    s = data.load("scenes", n=25, size=32, rng=0)
    for labels, shapes in zip(s.y, s.info["shapes"], strict=True):
        for row in range(32):
            for column in range(32):
                seen = 0
                for shape in shapes[shapes[:, 0] > 0]:
                    if holds(shape, row, column):
                        seen = shape[0]
                assert labels[row, column] == seen
    assert set(np.unique(s.y)) == set(range(7))


@pytest.mark.parametrize("size", [32, 64, 96])
def test_sizes_and_kinds(size):
    s = data.load("scenes", n=100, size=size, most=4, rng=1)
    assert s.x.shape == (100, 3, size, size)
    assert s.y.shape == (100, size, size)
    assert (s.x.dtype, s.y.dtype) == (np.float32, np.int64)
    assert 0 <= s.x.min() < s.x.max() <= 1
    assert s.images.shape == (100, size, size, 3)
    shapes = s.info["shapes"]
    there = shapes[..., 0] > 0
    assert set(there.sum(axis=1)) == {1, 2, 3, 4}
    # Those that are there come first.
    assert (np.diff(there.astype(int), axis=1) <= 0).all()
    radius = shapes[there][:, 3] / size
    assert 0.08 <= radius.min() < 0.1
    assert 0.25 < radius.max() <= 0.3
    counts = np.bincount(shapes[there][:, 0].astype(int), minlength=7)
    assert counts[0] == 0
    assert counts[1:].min() > 15


def test_without_noise_a_shape_differs_from_what_is_around_it():
    s = data.load("scenes", n=40, most=1, noise=0.0, rng=2)
    for image, labels in zip(s.images, s.y, strict=True):
        if labels.any():
            inside, outside = image[labels > 0], image[labels == 0]
            # Patterns swing by at most 0.12 in each channel, colours differ by 0.35 or more.
            gap = np.linalg.norm(np.median(inside, axis=0) - np.median(outside, axis=0))
            assert gap > 0.05


def test_colour_does_not_tell_the_kind():
    s = data.load("scenes", n=600, most=1, noise=0.0, rng=3)
    kinds = s.info["shapes"][:, 0, 0].astype(int)
    seen = [(k, i) for k, i in zip(kinds, range(600), strict=True) if (s.y[i] == k).any()]
    colours = np.array([s.images[i][s.y[i] == k].mean(axis=0) for k, i in seen])
    kinds = np.array([k for k, _ in seen])
    for kind in range(1, 7):
        # Uniform in 0..1: a standard deviation of 0.29 over some ninety shapes.
        np.testing.assert_allclose(colours[kinds == kind].mean(axis=0), 0.5, atol=0.12)


def test_bars_are_thin():
    s = data.load("scenes", n=100, rng=4)
    bars = s.info["shapes"][s.info["shapes"][..., 0] == CLASSES.index("bar")]
    assert (2 * bars[:, 5]).min() >= 1
    assert (2 * bars[:, 5]).max() <= 3


def blocks(labels, side):
    """The labels that are most frequent in each block of side × side pixels."""
    n, size = labels.shape[0], labels.shape[1]
    parts = labels.reshape(n, size // side, side, size // side, side)
    counts = [np.count_nonzero(parts == k, axis=(2, 4)) for k in range(7)]
    return np.argmax(counts, axis=0).repeat(side, axis=1).repeat(side, axis=2)


@pytest.mark.parametrize(("side", "share"), [(32, 0.18), (16, 0.37), (8, 0.54)])
def test_coarse_labels_reach_what_the_docstring_says(side, share):
    labels = data.load("scenes", n=200, rng=0).y
    coarse = blocks(labels, side)
    union = [np.count_nonzero((labels == k) | (coarse == k)) for k in range(7)]
    both = [np.count_nonzero((labels == k) & (coarse == k)) for k in range(7)]
    assert np.mean(np.divide(both, union)) == pytest.approx(share, abs=0.03)
    assert f"{share:.2f}" in data.describe("scenes")

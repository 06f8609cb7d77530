"""Histograms of oriented gradients against their definition, a pixel and a cell at a time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.nn.classical import hog, oriented_gradients


def gradient(image, y, x):
    """The longest gradient of all channels at a pixel, 0 across the rim: (down, right)."""
    _, height, width = image.shape
    found = []
    for channel in image:
        down = channel[y + 1, x] - channel[y - 1, x] if 0 < y < height - 1 else 0.0
        right = channel[y, x + 1] - channel[y, x - 1] if 0 < x < width - 1 else 0.0
        found.append((down, right))
    return max(found, key=lambda pair: math.hypot(*pair))


def by_loops(image, bins, cell, block):
    """The definition, with loops over blocks, cells and pixels."""
    _, height, width = image.shape
    rows, columns = height // cell[0], width // cell[1]
    cells = {(i, j): [0.0] * bins for i in range(rows) for j in range(columns)}
    for y in range(rows * cell[0]):
        for x in range(columns * cell[1]):
            down, right = gradient(image, y, x)
            degrees = math.degrees(math.atan2(down, right)) % 180
            number = min(int(degrees * bins / 180), bins - 1)
            share = math.hypot(down, right) / (cell[0] * cell[1])
            cells[y // cell[0], x // cell[1]][number] += share
    features = []
    for i in range(rows - block[0] + 1):
        for j in range(columns - block[1] + 1):
            v = [w for a in range(block[0]) for b in range(block[1]) for w in cells[i + a, j + b]]
            for limit in (0.2, math.inf):
                length = math.sqrt(sum(w * w for w in v) + 1e-10)
                v = [min(w / length, limit) for w in v]
            features += v
    return features


@settings(max_examples=40, deadline=None)
@given(
    channels=st.integers(1, 3),
    cell=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    block=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    more=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    bins=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_the_definition(channels, cell, block, more, bins, seed):
    height, width = (c * b + m for c, b, m in zip(cell, block, more, strict=True))
    images = np.random.default_rng(seed).random((2, channels, height, width))
    features = hog(images, bins, cell, block)
    expected = [by_loops(image, bins, cell, block) for image in images]
    np.testing.assert_allclose(features, expected, atol=1e-12)


def test_a_gradient_by_hand():
    image = np.zeros((1, 1, 3, 3))
    image[0, 0, :, 1] = [0.2, 9.0, 0.5]
    image[0, 0, 1, [0, 2]] = [0.1, 0.5]
    length, angle = oriented_gradients(image)
    assert length[0, 1, 1] == pytest.approx(0.5)  # the sides 0.3 and 0.4 of a right triangle
    assert math.degrees(angle[0, 1, 1]) == pytest.approx(math.degrees(math.asin(0.6)))


def test_a_negative_and_more_light_change_nothing():
    images = np.random.default_rng(0).random((3, 2, 24, 32))
    features = hog(images)
    np.testing.assert_allclose(hog(1 - images), features, atol=1e-12)
    np.testing.assert_allclose(hog(0.25 * images + 0.5), features, atol=1e-6)


def test_many_images_are_described_as_each_alone_in_their_dtype():
    images = np.random.default_rng(0).random((600, 8, 8)).astype(np.float32)
    features = hog(images, pixels_per_cell=(4, 4), cells_per_block=(2, 2))
    assert features.dtype == np.float32
    assert features.shape == (600, 36)
    for number in (0, 255, 256, 599):
        alone = hog(images[number : number + 1], pixels_per_cell=(4, 4), cells_per_block=(2, 2))
        np.testing.assert_array_equal(alone[0], features[number])


def test_a_flat_image_has_no_edges():
    assert not hog(np.full((1, 24, 24), 0.7)).any()


@pytest.mark.parametrize(
    ("images", "options", "error", "words"),
    [
        (np.zeros((2, 24, 24), np.uint8), {}, TypeError, "floats, got uint8: divide"),
        (np.zeros((24, 24)), {}, ValueError, r"got \(24, 24\)"),
        (np.zeros((0, 24, 24)), {}, ValueError, r"got \(0, 1, 24, 24\)"),
        (np.zeros((1, 23, 24)), {}, ValueError, "24 × 24 pixels, the images only 23 × 24"),
        (np.zeros((1, 24, 24)), {"pixels_per_cell": 8}, ValueError, "pixels_per_cell must be two"),
        (np.zeros((1, 24, 24)), {"cells_per_block": (0, 1)}, ValueError, "cells_per_block must"),
        (np.zeros((1, 24, 24)), {"orientations": 0}, ValueError, "orientations must"),
    ],
)
def test_errors_say_what_was_expected(images, options, error, words):
    with pytest.raises(error, match=words):
        hog(images, **options)

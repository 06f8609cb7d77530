import io
import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import rc_context
from matplotlib.figure import Figure

from dlcourse.viz.paths import GRAIN, TOLERANCE, short_numbers, short_path

coordinates = st.floats(-500, 500, allow_nan=False).map(lambda value: round(value, 6))


def vertices(data):
    """The points of a relative path, read by the letter of the SVG specification."""
    start, _, rest = data.removeprefix("M").removesuffix("z").partition("l")
    points = [np.array(start.split(), dtype=float)]
    for step in np.array(rest.split(), dtype=float).reshape(-1, 2):
        points.append(points[-1] + step)
    return np.array(points)


def distance(point, line):
    """From a point to a polyline: the nearest of many points along each of its segments."""
    if len(line) == 1:
        return np.hypot(*(line[0] - point))
    share = np.linspace(0, 1, 2001)[:, None]
    nearest = [
        np.hypot(*(a + share * (b - a) - point).T).min() - np.hypot(*(b - a)) / 4000
        for a, b in itertools.pairwise(line)
    ]
    return min(nearest)


@settings(deadline=None)
@given(st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=30))
def test_no_point_is_farther_from_the_short_line_than_promised(points):
    data = "M " + " L ".join(f"{x:f} {y:f}" for x, y in points)
    line = vertices(short_path(data))
    for point in points:
        assert distance(np.array(point), line) <= TOLERANCE + 2 * GRAIN


def test_ends_stay():
    line = vertices(short_path("M 1 2 L 3 4.0001 L 5 6 L 5.01 6.01"))
    np.testing.assert_allclose(line[[0, -1]], [[1, 2], [5.01, 6.01]])


def test_a_smooth_curve_needs_a_fraction_of_its_points():
    angle = np.linspace(0, 2 * np.pi, 2000)
    data = "M " + " L ".join(f"{200 * np.cos(a):.6f} {200 * np.sin(a):.6f}" for a in angle)
    assert len(vertices(short_path(data))) < 150


def test_rounding_does_not_add_up_along_a_line():
    x = np.cumsum(np.full(300, 1.004999))
    y = np.where(np.arange(300) % 2, 5.0, 0.0)
    data = "M " + " L ".join(f"{a:.6f} {b:.6f}" for a, b in zip(x, y, strict=True))
    line = vertices(short_path(data))
    assert len(line) == 300
    np.testing.assert_allclose(line[:, 0], x, atol=GRAIN)


def test_each_part_of_a_path_is_shortened_by_itself():
    short = short_path("M 0 0 L 4 0 L 8 0 L 8 8 z M 20 20 L 30 30")
    assert short == "M0 0l8 0 0 8zM20 20l10 10"


@pytest.mark.parametrize("data", ["M 0 0 Q 1.123456 2 3 4 z", "M 0 0 L 1 1 C 1 2 3 4 5 6.000001"])
def test_curves_keep_their_points(data):
    numbers = np.array(re.findall(r"-?[\d.]+", data), dtype=float)
    short = np.array(re.findall(r"-?[\d.]+", short_path(data)), dtype=float)
    np.testing.assert_allclose(short, numbers, atol=GRAIN / 2 + 1e-9)


def test_numbers_are_rounded_to_a_hundredth():
    assert short_numbers("3.14159 -2.999 7 -0.0001 1.5e-05") == "3.14 -3 7 0 0"


def glyphs():
    """The paths of some letters as matplotlib writes them."""
    figure = Figure()
    figure.text(0.1, 0.5, "Qgß8@×−Σ¼ij")
    with rc_context({"svg.fonttype": "path"}):
        figure.savefig(buffer := io.StringIO(), format="svg")
    found = re.findall(r'<path id="DejaVu[^"]*" d="([^"]*)"', buffer.getvalue())
    assert len(found) == 11
    return found


def test_a_browser_draws_the_same_glyph_from_fewer_characters(browser):
    page = browser.new_page()
    page.set_content("<svg xmlns='http://www.w3.org/2000/svg'><path/></svg>")
    outline = """d => {
        const path = document.querySelector('path');
        path.setAttribute('d', d);
        const length = path.getTotalLength();
        const at = [...Array(50).keys()].map(i => path.getPointAtLength(length * i / 50));
        return [length, ...at.flatMap(point => [point.x, point.y])];
    }"""
    long = glyphs()
    for data in long:
        before, after = (page.evaluate(outline, text) for text in (data, short_path(data)))
        assert before[0] > 100
        np.testing.assert_allclose(after, before, atol=0.5)
    page.close()
    assert sum(map(len, map(short_path, long))) < 0.75 * sum(map(len, long))

"""What the page of measurements makes of the results: the mean, the figure, the targets."""

import importlib.util
from pathlib import Path
from xml.etree import ElementTree

import pytest

path = Path(__file__).parents[2] / "book" / "_ext" / "measurements.py"
spec = importlib.util.spec_from_file_location("measurements", path)
measurements = importlib.util.module_from_spec(spec)
spec.loader.exec_module(measurements)


def ratio(value, target=1.0):
    met = value <= target
    return {"label": f"a < b at {value}", "ratio_of_medians": value, "target": target, "met": met}


def test_the_mean_treats_twice_as_fast_and_twice_as_slow_alike():
    assert measurements.geometric_mean([0.5, 2.0]) == pytest.approx(1)
    assert measurements.geometric_mean([1.0, 8.0, 1.0]) == pytest.approx(2)


def test_a_bar_reaches_from_one_to_its_ratio_and_says_whether_the_target_is_met():
    svg = ElementTree.fromstring(measurements.as_svg([ratio(0.5), ratio(2.0), ratio(1.2, 1.5)]))
    bars = [
        (bar.get("class"), float(bar.get("x")), float(bar.get("width"))) for bar in svg.iter("rect")
    ]
    one = measurements.along(1)
    (fast, fast_start, fast_width), (slow, slow_start, slow_width), (fair, _, _) = bars
    assert (fast, slow, fair) == ("bar", "bar missed", "bar")
    assert fast_start + fast_width == pytest.approx(one, abs=0.1)
    assert slow_start == pytest.approx(one, abs=0.1)
    assert fast_width == pytest.approx(slow_width, abs=0.2)  # equal factors, equal lengths
    assert "2 reach their targets" in next(svg.iter("svg")).get("aria-label")
    assert [t.text for t in svg.iter("text")][-1] == "1.20"


@pytest.mark.parametrize(
    ("check", "value", "limit"),
    [
        ({"value": 0.9931, "at_least": 0.99, "at_most": None}, "0.9931", "≥ 0.9900"),
        ({"value": 0.31, "at_least": None, "at_most": 2.0}, "0.31", "≤ 2.00"),
        ({"value": 4542, "at_least": None, "at_most": None}, "4,542", "none"),
    ],
)
def test_a_check_reads_by_what_it_is(check, value, limit):
    assert (measurements.figure_of(check), measurements.limit(check)) == (value, limit)

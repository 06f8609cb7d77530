"""The race draws the same in Python and in the page, and can be played with keys."""

import html
import json
import re

import numpy as np
import pytest

from dlcourse import optim, viz
from dlcourse.optim.surfaces import SURFACES, roll
from dlcourse.viz.optimizer_race import EVERY, HIGH, LEFT, LOOKS, TOP, WIDE, chart, map_, sentence

STEPS = 25
MAKE = {
    "SGD": lambda w: optim.SGD(w, 0.03),
    "thrown off": lambda w: optim.SGD(w, 30.0),
    "Adam": lambda w: optim.Adam(w, 0.3),
}
PATHS = {
    place: {name: roll(surface, make, STEPS) for name, make in MAKE.items()}
    for place, surface in SURFACES.items()
}


def race(**options):
    return viz.optimizer_race(SURFACES.values(), PATHS, **options)


def data_of(shown):
    attribute = re.search('data-runs="([^"]*)"', shown.html)[1]
    return json.loads(html.unescape(attribute))


def test_paths_are_where_the_weights_were():
    run = data_of(race())["surfaces"]["ravine"]["runs"]["SGD"]
    low1, high1, low2, high2 = SURFACES["ravine"].view
    places = np.reshape(run["p"], (-1, 2)) / 1000
    w = np.stack([low1 + (high1 - low1) * places[:, 0], high2 - (high2 - low2) * places[:, 1]], 1)
    np.testing.assert_allclose(w, PATHS["ravine"]["SGD"], atol=0.0005 * (high1 - low1) + 1e-9)
    losses = [float(text.replace("−", "-")) for text in run["t"].split()]
    expected = SURFACES["ravine"].value(PATHS["ravine"]["SGD"].T)
    np.testing.assert_allclose(losses, expected, rtol=0.05)


def test_heights_of_the_chart_are_logarithms():
    run = data_of(race())["surfaces"]["ravine"]["runs"]["SGD"]
    x, y = np.reshape(run["l"], (-1, 2)).T
    assert (x[0], x[-1]) == (LEFT, LEFT + WIDE)
    tenfold = HIGH / (2 + 4)  # from 10² down to 10⁻⁴
    values = SURFACES["ravine"].value(PATHS["ravine"]["SGD"].T)
    np.testing.assert_allclose(y, TOP + tenfold * (2 - np.log10(values)), atol=0.51)


def test_who_is_lost_is_said_to_be():
    shown = race(surface="ravine")
    assert "thrown off lost" in shown.alt
    assert len(data_of(shown)["surfaces"]["ravine"]["runs"]["thrown off"]["p"]) < 2 * STEPS


def test_lines_differ_without_their_colour():
    kinds = {(look["d"], look["m"], look["f"]) for look in LOOKS}
    assert len(kinds) == len(LOOKS) == 10
    assert len({(look["m"], look["f"]) for look in LOOKS}) == 10


def test_the_page_draws_what_python_draws(open_page):
    shown = race(surface="saddle", step=3, shown=["SGD", "Adam"])
    data, page = data_of(shown), open_page(shown)
    slider = page.get_by_role("slider")
    for place in SURFACES:
        page.get_by_role("radio", name=place).check()
        for step in (0, 1, EVERY, EVERY + 1, STEPS):
            slider.evaluate(
                "(s, v) => { s.value = v; s.dispatchEvent(new Event('input')) }", str(step)
            )
            for name in (["SGD", "Adam"], ["SGD"], list(MAKE)):
                for box in MAKE:
                    page.get_by_role("checkbox", name=box).set_checked(box in name)
                drawn = [page.locator(f"svg.{kind}").inner_html() for kind in ("map", "chart")]
                assert drawn == [part(data, place, step, name) for part in (map_, chart)]
                said = page.locator("svg.map").get_attribute("aria-label")
                assert said == sentence(data, place, step, name)


def test_the_first_picture_is_there_without_a_script(open_page):
    page = open_page(race(surface="hill", step=9), java_script_enabled=False)
    assert page.locator("svg.map path.line").count() == len(MAKE)
    assert page.locator("input").count() == 0
    assert page.locator("output").inner_text() == "9"


def test_keys_move_the_step_and_choose_the_landscape(open_page):
    page = open_page(race(step=5))
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("output").inner_text() == "6"
    page.get_by_role("radio", name="plateau").focus()
    page.keyboard.press("ArrowDown")
    assert "Map of the saddle, step 6" in page.locator("svg.map").get_attribute("aria-label")
    page.get_by_role("checkbox", name="Adam").focus()
    page.keyboard.press("Space")
    assert "Adam" not in page.locator("svg.map").get_attribute("aria-label")


def test_it_plays_to_the_end_and_starts_again(open_page):
    page = open_page(race(step=STEPS - 2))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => document.querySelector('output').textContent === '{STEPS}'")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => Number(document.querySelector('output').textContent) < {STEPS}")
    page.wait_for_function(f"() => document.querySelector('output').textContent === '{STEPS}'")


def test_a_pause_stays_where_it_is(open_page):
    page = open_page(race(step=0))
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    before = page.locator("output").inner_text()
    page.wait_for_timeout(250)
    assert page.locator("output").inner_text() == before


def test_nothing_plays_for_readers_who_asked_for_less_motion(open_page):
    page = open_page(race(), reduced_motion="reduce")
    assert page.get_by_role("button", name="Play").count() == 0


def test_it_fits_a_phone(open_page):
    page = open_page(race(), viewport={"width": 390, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing(open_page):
    from importlib.resources import files

    page = open_page(race())
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")]
    assert serious == []


def test_the_notebook_gets_html_and_a_text():
    bundle = race()._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Figure: Map of the plateau, step 25 of 25. Loss: SGD")
    assert bundle["text/html"] == race().html
    assert "@" not in re.sub("@media", "", bundle["text/html"])


@pytest.mark.parametrize(
    ("paths", "options", "message"),
    [
        ({"ravine": PATHS["ravine"]}, {}, r"expects paths for \['plateau', .*got \['ravine'\]"),
        ({**PATHS, "hill": {}}, {}, "the same 1 to 10 optimizers everywhere"),
        (
            {**PATHS, "hill": {n: p[:-1] for n, p in PATHS["hill"].items()}},
            {},
            r"one shape \(steps \+ 1, 2\), got \[\(25, 2\), \(26, 2\)\]",
        ),
        (PATHS, {"surface": "moon"}, "no surface 'moon'"),
        (PATHS, {"step": STEPS + 1}, "step 26"),
        (PATHS, {"shown": ["Lion"]}, r"optimizers \['Lion'\]"),
    ],
)
def test_what_does_not_fit_is_refused(paths, options, message):
    with pytest.raises(ValueError, match=message):
        viz.optimizer_race(SURFACES.values(), paths, **options)

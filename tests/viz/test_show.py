import base64
import collections
import io
import os
import pathlib
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from dlcourse import viz
from dlcourse.viz.style import GREY

ROOT = pathlib.Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
SOURCE = """
from dlcourse import viz
figure = viz.training_curves({"a": {"loss": [3, 2, 1.5]}, "b": {"loss": [2.5, 1, 0.5]}}, title="t")
book = viz.flipbook([viz.training_curves({"loss": [i, 1]}) for i in (2, 3)], "epoch", alt="b")
print(viz.show(figure, alt="a").html + book.html)
"""


def plot(title="Rosenblatt's α & β < γ", color="#d55e00"):
    with matplotlib.rc_context():
        viz.use_style()
        ax = Figure().add_subplot(title=title, xlabel="$w_1$")
        ax.plot([0, 1, 2], [1, 3, 2], color=color, marker="o")
        ax.scatter([0, 1], [2, 2], color=["#009e73", "#0072b2"])
    return ax.get_figure()


def ids_and_references(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    references = re.findall(r'href="#([^"]+)"', page) + re.findall(r"url\(#([^)]+)\)", page)
    return ids, references


def test_the_graphics_are_xml_with_a_name_and_a_shape():
    root = ElementTree.fromstring(viz.show(plot(), alt="A line.").svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == "A line."
    assert root.get("viewBox") == "0 0 460.8 288"
    assert (root.get("width"), root.get("height")) == ("614", "384")
    assert "max-width:100%" in root.get("style")


def test_the_description_is_escaped():
    alt = 'Loss < 0.1 & "early" stopping; <script>alert(1)</script> it\'s'
    shown = viz.show(plot(), alt=alt)
    assert ElementTree.fromstring(shown.svg).get("aria-label") == alt
    assert "<script" not in shown.html


def test_white_space_in_the_description_is_put_in_order():
    assert viz.show(plot(), alt="  two\n   lines ").alt == "two lines"


@pytest.mark.parametrize("alt", ["", "  \n "])
def test_an_empty_description_is_refused(alt):
    with pytest.raises(ValueError, match=r"^alt is empty: say in one or two sentences"):
        viz.show(plot(), alt=alt)


def test_a_description_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match=r"alt must be a string .* got NoneType"):
        viz.show(plot(), alt=None)


def test_what_is_no_figure_is_refused():
    with pytest.raises(TypeError, match=r"expected a matplotlib Figure, got list"):
        viz.show([1, 2], alt="a list")


def test_axes_stand_for_their_figure():
    figure = plot()
    assert viz.show(figure.axes[0], alt="a").svg == viz.show(figure, alt="a").svg


def test_a_subfigure_stands_for_the_whole():
    figure = Figure(layout="constrained")
    left, right = figure.subfigures(1, 2)
    ax = left.add_subplot()
    right.add_subplot()
    whole = viz.show(figure, alt="a").svg
    assert viz.show(ax, alt="a").svg == viz.show(right, alt="a").svg == whole


def test_the_page_colour_replaces_the_grey_and_nothing_else():
    neighbour = "#787b79"
    assert neighbour != GREY
    shown = viz.show(plot(color=neighbour), alt=f"A line in {GREY}.")
    root = ElementTree.fromstring(shown.svg)
    assert root.get("aria-label") == f"A line in {GREY}."
    drawn = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    assert set(re.findall(r"(?:fill|stroke):([^;\"]+)", drawn)) == {
        "currentColor",
        neighbour,
        "#009e73",
        "#0072b2",
        "none",
    }
    assert GREY not in drawn


def test_text_lines_and_ticks_are_in_the_page_colour():
    root = ElementTree.fromstring(viz.show(plot(), alt="a").svg)
    groups = [g for g in root.iter(f"{SVG}g") if g.get("transform", "").startswith("translate")]
    assert len(groups) > 5
    assert all(g.get("style") == "fill:currentColor" for g in groups)


def test_text_in_a_colour_is_mixed_with_the_page_colour_in_the_browser(browser):
    figure = Figure()
    figure.text(0.1, 0.5, "blue", color=viz.COLORS["blue"])
    figure.text(0.1, 0.7, "black", color="black")
    page = browser.new_page()
    svg = viz.show(figure, alt="a").svg
    page.set_content(f"<!doctype html><title>p</title><body style='color:#ced6dd'>{svg}")
    fills = page.locator("g[transform]").evaluate_all("a => a.map(e => getComputedStyle(e).fill)")
    black, mixed = sorted(fills)[::-1]
    assert black == "rgb(0, 0, 0)"
    found = [255 * float(part) for part in re.findall(r"0?\.\d+|\b[01]\b", mixed)]
    page_color, blue = (0xCE, 0xD6, 0xDD), (0x00, 0x72, 0xB2)
    expected = [0.45 * a + 0.55 * b for a, b in zip(page_color, blue, strict=True)]
    assert found == pytest.approx(expected, abs=1)
    page.close()


def test_a_label_that_stands_out_of_the_figure_is_not_cut_off():
    figure = Figure(figsize=(4, 3))
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    ax.text(1.02, 0.5, "a long label", transform=ax.transAxes)
    ax.text(90, 0.5, "lost", transform=ax.transAxes)
    width = viz.show(plot(), alt="a").drawing.box[2]
    assert width == 460.8, "what fits keeps its size"
    ax.texts[1].remove()
    root = ElementTree.fromstring(viz.show(figure, alt="a").svg)
    left, top, width, height = (float(number) for number in root.get("viewBox").split())
    right = 72 * figure.get_tightbbox().x1
    assert right > 288
    assert right <= left + width < right + 4
    assert (left, top, height) == (0, 0, 216)
    ax.text(90, 0.5, "lost", transform=ax.transAxes)
    assert viz.show(figure, alt="a").drawing.box == (0, 0, 288, 216)
    assert figure.get_layout_engine() is None


def test_ids_are_unique_and_every_reference_finds_its_own_figure():
    shown = [viz.show(plot(title), alt=title) for title in ("one", "two")]
    ids, references = ids_and_references(shown[0].html + shown[1].html)
    assert len(ids) > 10
    assert [i for i, count in collections.Counter(ids).items() if count > 1] == []
    assert set(references) <= set(ids)
    for part in shown:
        ids, references = ids_and_references(part.html)
        assert set(references) == set(ids)


def test_the_same_figure_gives_the_same_bytes():
    assert viz.show(plot(), alt="a").html == viz.show(plot(), alt="a").html


def test_two_processes_give_the_same_bytes():
    pages = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", SOURCE]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        pages.append(run.stdout)
    assert pages[0] == pages[1]
    assert len(pages[0]) > 10_000


def test_nothing_tells_when_or_by_what_it_was_made():
    page = viz.show(plot(), alt="a").html
    for word in ("matplotlib", "metadata", "<!--", "date"):
        assert word not in page.lower()


def test_a_figure_is_small():
    assert len(viz.show(plot(), alt="a").html) < 20_000


@pytest.mark.parametrize("kind", ["grey", "few colours", "many colours", "transparent"])
def test_a_bitmap_stays_a_bitmap_of_the_same_pixels(kind):
    rng = np.random.default_rng(0)
    if kind == "grey":
        image = np.repeat(rng.integers(256, size=(28, 28, 1)), 3, axis=2)
    elif kind == "few colours":
        image = np.array([[0, 114, 178], [213, 94, 0]])[rng.integers(2, size=(28, 28))]
    else:
        image = rng.integers(256, size=(28, 28, 4 if kind == "transparent" else 3))
    image = image.astype(np.uint8)
    figure = Figure()
    figure.add_subplot().imshow(image, interpolation="none")
    urls = re.findall(r'href="data:image/png;base64,([^"]+)"', viz.show(figure, alt="a").svg)
    assert len(urls) == 1
    back = np.asarray(Image.open(io.BytesIO(base64.b64decode(urls[0]))).convert("RGBA"))
    expected = np.asarray(Image.fromarray(image).convert("RGBA"))
    np.testing.assert_array_equal(back[..., 3], expected[..., 3])
    seen = expected[..., 3] > 0
    np.testing.assert_array_equal(back[seen], expected[seen])


def test_pyplot_forgets_the_figure():
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, ax = pyplot.subplots()
    other, _ = pyplot.subplots()
    ax.plot([1, 2])
    viz.show(figure, alt="a")
    assert pyplot.get_fignums() == [other.number]
    pyplot.close(other)


def test_the_notebook_gets_html_and_a_text():
    shown = viz.show(plot(), alt="A line.")
    assert shown._repr_mimebundle_() == {
        "text/html": shown._repr_html_(),
        "text/plain": "Figure: A line.",
    }


DARK_PAGE = """<!doctype html><html lang="en" data-theme="dark"><title>page</title><style>
body{{background:#14181e;color:#ced6dd}}
html[data-theme=dark] .bd-content div.cell_output .text_html:not(:has(table.dataframe)){{
background-color:#ced6dd;color:#222832;padding:.5rem}}</style>
<body class="bd-content"><div class="cell_output"><div class="output text_html">{}</div></div>"""


def test_in_the_dark_theme_of_the_website_the_figure_has_no_light_panel(browser):
    page = browser.new_page()
    page.set_content(DARK_PAGE.format(viz.show(plot(), alt="A line.").html))
    picture = page.get_by_role("img", name="A line.")
    assert picture.count() == 1
    assert picture.evaluate("e => getComputedStyle(e).color") == "rgb(206, 214, 221)"
    panel = page.locator(".text_html").evaluate("e => getComputedStyle(e).backgroundColor")
    assert panel == "rgba(0, 0, 0, 0)"
    assert not page.get_by_text("Figure: A line.").is_visible()
    page.close()


def test_the_figure_fits_a_narrow_column_and_keeps_its_shape(browser):
    page = browser.new_page(viewport={"width": 320, "height": 600})
    page.set_content(f"<!doctype html><title>p</title>{viz.show(plot(), alt='A line.').html}")
    box = page.get_by_role("img").bounding_box()
    assert box["width"] <= 320
    assert box["height"] / box["width"] == pytest.approx(288 / 460.8, rel=0.01)
    page.close()

import collections
import functools
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from dlcourse import viz

SHOWN = """book => [...book.querySelectorAll('g[data-frame]')]
    .filter(frame => getComputedStyle(frame).display !== 'none')
    .map(frame => frame.dataset.frame)"""


def frame(height, title="frame"):
    figure = Figure(figsize=(4, 3), layout="constrained")
    ax = figure.add_subplot(title=title, ylim=(0, 10))
    ax.bar([0, 1], [height, 5])
    return figure


@functools.cache
def drawn(height):
    return viz.show(frame(height), alt="drawn once for all tests")


def book(count=5, slider="epoch", alt="A bar grows.", **options):
    return viz.flipbook([drawn(i) for i in range(count)], slider, alt=alt, **options)


def shown(page, number=0):
    return page.locator("[data-flipbook]").nth(number).evaluate(SHOWN)


def test_the_arrow_keys_turn_the_frames(open_page):
    page = open_page(book())
    slider = page.get_by_role("slider", name="epoch")
    assert shown(page) == ["0"]
    slider.focus()
    for key, expected in (
        ("ArrowRight", "1"),
        ("ArrowRight", "2"),
        ("ArrowLeft", "1"),
        ("End", "4"),
        ("ArrowRight", "4"),
        ("Home", "0"),
    ):
        page.keyboard.press(key)
        assert shown(page) == [expected]
        assert slider.get_attribute("aria-valuetext") == expected
        assert page.get_by_role("status").inner_text() == expected


def test_the_mouse_turns_the_frames(open_page):
    page = open_page(book())
    box = page.get_by_role("slider").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.click(box["x"] + box["width"] / 2, middle)
    assert shown(page) == ["2"]
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=5)
    page.mouse.up()
    assert shown(page) == ["4"]


def test_the_buttons_step_and_stop_at_the_ends(open_page):
    page = open_page(book(3))
    forward, back = (page.get_by_role("button", name=f"{n} frame") for n in ("Next", "Previous"))
    seen = []
    for button in (forward, forward, forward, back, back, back):
        button.click()
        seen += shown(page)
    assert seen == ["1", "2", "2", "1", "0", "0"]
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"


def test_it_plays_to_the_end_and_from_the_start_again(open_page, browser):
    page = browser.new_page()
    page.clock.install()
    page.set_content(f"<!doctype html><title>page</title>{book(4, interval=0.5).html}")
    page.clock.run_for(5000)
    assert shown(page) == ["0"], "it starts still"
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1100)
    assert shown(page) == ["2"]
    page.clock.run_for(5000)
    assert shown(page) == ["3"]
    page.get_by_role("button", name="Play").click()
    assert shown(page) == ["0"]
    page.clock.run_for(600)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5000)
    assert shown(page) == ["1"]
    page.get_by_role("button", name="Play").click()
    page.get_by_role("slider").press("ArrowRight")
    page.clock.run_for(5000)
    assert shown(page) == ["2"], "the reader's hand stops it"
    page.close()


def test_space_on_the_button_plays_and_keys_do_not_reach_the_notebook(open_page):
    page = open_page(book())
    page.evaluate("document.addEventListener('keydown', e => window.heard = e.key)")
    page.get_by_role("button", name="Play").press(" ")
    assert page.get_by_role("button", name="Pause").count() == 1
    page.get_by_role("slider").press("ArrowDown")
    assert page.evaluate("window.heard") is None
    page.get_by_role("slider").press("Escape")
    assert page.evaluate("window.heard") == "Escape"


def test_less_motion_takes_the_play_button_away(open_page):
    page = open_page(book(), reduced_motion="reduce")
    assert page.get_by_role("button").count() == 2
    page.get_by_role("slider").press("ArrowRight")
    assert shown(page) == ["1"]
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Play").wait_for(timeout=5000)


def test_several_books_on_one_page_keep_out_of_each_others_way(open_page):
    page = open_page(book(), book(), book(3, slider="update", alt="Another."))
    page.get_by_role("slider").nth(1).press("ArrowRight")
    page.get_by_role("slider", name="update").press("End")
    assert [shown(page, number) for number in range(3)] == [["0"], ["1"], ["2"]]


def test_running_the_script_again_changes_nothing(open_page):
    page = open_page(book())
    page.evaluate("const s = document.querySelector('script').textContent; (0, eval)(s)")
    page.get_by_role("button", name="Next frame").click()
    assert shown(page) == ["1"]


def test_without_script_the_start_frame_is_left_with_its_label(open_page):
    page = open_page(book(start=-1, slider="epoch"), java_script_enabled=False)
    frames = page.locator("g[data-frame]")
    assert frames.count() == 5
    visible = [i for i in range(5) if frames.nth(i).is_visible()]
    assert visible == [4]
    assert page.get_by_role("slider").count() == 0
    assert page.get_by_role("button").count() == 0
    assert page.locator(".dlcourse-controls").inner_text().split() == ["epoch", "4"]


def test_a_saved_page_has_one_set_of_controls(open_page, browser):
    page = open_page(book())
    page.get_by_role("button", name="Next frame").click()
    again = browser.new_page()
    again.set_content(page.content())
    assert again.get_by_role("button").count() == 3
    again.get_by_role("slider").press("ArrowRight")
    assert shown(again) == ["1"]
    again.close()


def test_where_graphics_and_styles_are_removed_the_description_is_left():
    # This is what JupyterLab does to the HTML of a notebook that is not trusted.
    page = book().html
    for tag in ("svg", "style", "script"):
        page = re.sub(rf"<{tag}\b.*?</{tag}>", "", page, flags=re.DOTALL)
    assert "<button" not in page
    assert "<input" not in page
    text = re.sub(r"<[^>]+>", " ", page).split()
    assert " ".join(text) == "Figure: A bar grows. epoch 0"


def test_in_print_one_frame_and_its_label_are_left(open_page):
    page = open_page(book(start=2))
    page.emulate_media(media="print")
    assert shown(page) == ["2"]
    assert page.get_by_role("slider").count() == 0
    assert page.get_by_role("button").count() == 0
    assert page.locator(".dlcourse-controls").inner_text().split() == ["epoch", "2"]


def test_the_layout_does_not_jump(open_page):
    page = open_page(book(values=[1, 10, 100, 1000, 10000]))
    boxes = []
    for _ in range(5):
        parts = [page.get_by_role("img"), page.get_by_role("slider"), page.get_by_role("status")]
        boxes.append([part.bounding_box() for part in parts])
        page.get_by_role("slider").press("ArrowRight")
    assert all(row == boxes[0] for row in boxes)


@pytest.mark.parametrize("color", ["rgb(34, 40, 50)", "rgb(206, 214, 221)"])
def test_buttons_and_slider_take_the_colour_of_the_page(open_page, color):
    page = open_page(book())
    page.evaluate("color => { document.body.style.color = color }", color)
    for part in (page.get_by_role("button").first, page.get_by_role("slider")):
        assert part.evaluate("e => getComputedStyle(e).color") == color
    button = page.get_by_role("button").first
    assert button.evaluate("e => getComputedStyle(e).borderTopColor") == color


def test_a_description_for_each_frame_follows_the_frame(open_page):
    page = open_page(book(3, alt=["none", "<one>", "two"]))
    assert page.get_by_role("img", name="none").count() == 1
    page.get_by_role("slider").press("ArrowRight")
    assert page.get_by_role("img", name="<one>").count() == 1


def test_graphics_are_xml_with_one_group_a_frame():
    svg = re.search(r'<svg [^>]*role="img".*?</svg>', book(3).html)[0]
    root = ElementTree.fromstring(svg)
    frames = [g.get("data-frame") for g in root if g.get("data-frame")]
    assert frames == ["0", "1", "2"]
    assert root.get("viewBox") == "0 0 288 216"


def test_ids_are_unique_over_two_books_and_references_resolve():
    page = book(3).html + book(4).html
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) > 20
    assert max(collections.Counter(ids).values()) == 1
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_the_same_frames_give_the_same_bytes():
    assert book().html == book().html


def test_what_frames_share_is_stored_once():
    one, ten = len(book(1).html), len(book(10).html)
    same = len(viz.flipbook([frame(3)] * 10, "epoch", alt="a").html)
    assert ten < 2 * one
    assert same < 1.5 * one


def test_ten_decision_boundaries_stay_small():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 2)), np.arange(400) % 3
    frames = [
        viz.decision_boundary(
            lambda p, t=t: np.stack([np.sin(t * p[:, 0] + 2 * k + p[:, 1]) for k in range(3)], 1),
            x,
            y,
            limits=(-3, 3, -3, 3),
        )
        for t in np.linspace(0.5, 3, 10)
    ]
    assert len(viz.flipbook(frames, "epoch", alt="Stripes.").html) < 500_000


def test_objects_made_by_show_are_frames_too():
    figures = viz.flipbook([frame(i) for i in range(2)], "epoch", alt="A.").html
    assert viz.flipbook([drawn(i) for i in range(2)], "epoch", alt="A.").html == figures


def test_values_are_written_as_a_reader_expects():
    labels = book(4, values=[0.1, -2, np.float64(1 / 3), "end & start"]).labels
    assert labels == ["0.1", "−2", "0.3333", "end & start"]


def test_the_notebook_gets_html_and_a_text():
    made = book(start=1)
    assert made._repr_mimebundle_() == {
        "text/html": made._repr_html_(),
        "text/plain": "Figure: A bar grows. (epoch 1, one of 5 frames)",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "flipbook got no frames: give it at least one figure"),
        ({"values": [1, 2]}, "flipbook got 5 frames but 2 values: give one a frame"),
        ({"alt": ""}, "alt is empty: say in one or two sentences what the figure shows"),
        ({"alt": ["a"]}, "flipbook got 5 frames but 1 descriptions: give one, or one a frame"),
        ({"slider": " "}, "slider is empty: name what it changes, such as 'epoch'"),
        ({"start": 5}, "start must be the index of one of 5 frames, got 5"),
        ({"interval": 0}, "interval must be a positive number of seconds, got 0"),
    ],
)
def test_errors_are_one_line_that_says_what_to_do(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        book(**options)


def test_frames_of_two_sizes_are_refused():
    frames = [Figure(figsize=(4, 3)), Figure(figsize=(5, 3))]
    with pytest.raises(ValueError, match=r"one size, got 4×3, 5×3 inches: set one figsize"):
        viz.flipbook(frames, "epoch", alt="a")


def test_a_frame_that_is_no_figure_is_refused():
    with pytest.raises(TypeError, match=r"expected a matplotlib Figure, got int"):
        viz.flipbook([1, 2], "epoch", alt="a")

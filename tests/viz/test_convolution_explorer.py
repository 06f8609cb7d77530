"""The explorer shows what a convolution reads and how much it gives, in Python and in the page."""

import itertools
import re

import numpy as np
import pytest
import torch

from dlcourse import viz
from dlcourse.viz.convolution_explorer import RANGES, formula, picture, sentence, taps

NAMES = ("size", "kernel_size", "stride", "padding", "dilation")
EVERY = list(itertools.product(*(range(low, high + 1) for low, high in RANGES.values())))
SOME = [EVERY[i] for i in np.random.default_rng(0).permutation(len(EVERY))[:120]]
MOVE = """([name, value]) => {
    const slider = [...document.querySelectorAll('.dlcourse-numbers label')]
        .find(label => label.querySelector('span').textContent === name).querySelector('input');
    slider.value = value;
    slider.dispatchEvent(new Event('input'));
}"""


def fits(setting):
    n, k, _, p, d = setting
    return d * (k - 1) + 1 <= n + 2 * p


def what_torch_reads(setting):
    """The gradient of each output of a convolution with ones: 1 where it reads, padded places too.

    A frame of padding as part of the input makes its places visible; the convolution has none.
    """
    n, k, s, p, d = setting
    x = torch.zeros(1, 1, n + 2 * p, n + 2 * p, requires_grad=True)
    y = torch.nn.functional.conv2d(x, torch.ones(1, 1, k, k), stride=s, dilation=d)
    reads = [torch.autograd.grad(v, x, retain_graph=True)[0][0, 0] for v in y.ravel()]
    return y.shape[-1], reads


@pytest.mark.parametrize("setting", [s for s in SOME if fits(s)][:40], ids=str)
def test_it_shows_what_torch_computes(setting):
    count, reads = what_torch_reads(setting)
    page = torch.nn.functional.conv2d(
        torch.zeros(1, 1, setting[0], setting[0]),
        torch.ones(1, 1, setting[1], setting[1]),
        stride=setting[2],
        padding=setting[3],
        dilation=setting[4],
    )
    assert page.shape[-1] == count
    assert formula(*setting).endswith(f"= {count}")
    for place in {0, count * count // 2, count * count - 1}:
        places = [tuple(at) for at in reads[place].nonzero().tolist()]
        assert taps(*setting, place) == places
        drawn = picture(*setting, place)
        assert drawn.count('class="tap"') == setting[1] ** 2
        assert len(re.findall('class="out( now)?"', drawn)) == count * count
    unread = int((sum(reads) == 0).sum())
    assert len(re.findall('class="(in|pad) idle"', drawn)) == unread


def test_where_the_kernel_does_not_fit_it_says_so():
    setting = (3, 5, 1, 0, 2)
    assert sentence(*setting, 0).endswith("spans 9, the padded input 3, and it fits nowhere.")
    assert formula(*setting) == "the kernel is larger than the padded input"
    assert 'class="out"' not in picture(*setting, 0)


def test_the_page_draws_what_python_draws(open_page):
    page = open_page(viz.convolution_explorer())
    drawing = page.locator("svg[role=img]")
    shown = "svg => [svg.getAttribute('aria-label'), svg.innerHTML]"
    clean = "></rect>"
    for setting in SOME:
        for name, value in zip(("size", "kernel", *NAMES[2:]), setting, strict=True):
            page.evaluate(MOVE, [name, value])
        page.evaluate(MOVE, ["output", 3])
        place = int(page.get_by_role("slider", name="output").input_value()) if fits(setting) else 0
        said, drawn = drawing.evaluate(shown)
        assert drawn.replace(clean, "/>") == picture(*setting, place)
        assert said == sentence(*setting, place)
        assert page.locator(".dlcourse-sum").inner_text() == formula(*setting)


def test_the_first_picture_is_there_without_a_script(open_page):
    page = open_page(viz.convolution_explorer(6, 3, 2, 1, 1), java_script_enabled=False)
    assert page.locator("rect.out").count() == 9
    assert page.locator("input").count() == 0


def test_keys_and_clicks_move_it(open_page):
    page = open_page(viz.convolution_explorer(7, 3, 1, 0, 1))
    page.get_by_role("slider", name="stride").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".dlcourse-sum").inner_text().endswith("= 3")
    page.locator("rect.out").nth(5).click()
    assert "Output (1, 2) reads 9" in page.locator("svg[role=img]").get_attribute("aria-label")
    assert page.get_by_role("slider", name="output").input_value() == "5"


def test_it_fits_a_phone(open_page):
    page = open_page(viz.convolution_explorer(), viewport={"width": 390, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_the_notebook_gets_html_and_a_text():
    shown = viz.convolution_explorer()
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == f"Figure: {sentence(7, 3, 1, 0, 1, 0)}"
    assert bundle["text/html"] == shown._repr_html_() == viz.convolution_explorer().html
    assert "@" not in re.sub("@media", "", shown.html)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 11}, "size must be an integer from 1 to 10, got 11"),
        ({"stride": 0}, "stride must be an integer from 1 to 4, got 0"),
        ({"dilation": 1.5}, r"dilation must be an integer from 1 to 3, got 1\.5"),
    ],
)
def test_numbers_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        viz.convolution_explorer(**options)

"""The site's script of icons: those that pages name are there, the other two thousand are not."""

import importlib.util

import pytest


@pytest.fixture(scope="module")
def icons(root):
    spec = importlib.util.spec_from_file_location(
        "thin_icons", root / "book" / "_ext" / "thin_icons.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = (
    'var a={bars:[448,512,["navicon"],"f0c9","M0 96"],"arrow-up":[384,512,[8593],"f062",'
    '["M1","M2"]],xmark:[384,512,[128473,"close"],"f00d","M3"]};load(a)'
)


@pytest.mark.parametrize(
    ("used", "kept"),
    [({"bars"}, ["bars"]), ({"navicon"}, ["bars"]), ({"arrow-up", "close"}, ["arrow-up", "xmark"])],
)
def test_an_icon_stays_by_its_name_or_an_alias(icons, used, kept):
    thinned = icons.thin(SCRIPT, used)
    assert [name for name in ("bars", "arrow-up", "xmark") if name in thinned] == kept
    assert thinned.startswith("var a={")
    assert thinned.endswith("};load(a)")


def test_the_built_site_has_the_icons_that_it_names_and_few_others(icons, site):
    script = (site / "_static" / "scripts" / "fontawesome.js").read_text(encoding="utf-8")
    whole = icons.SOURCE.read_text(encoding="utf-8")
    used = icons.names_used(site)
    assert {"bars", "magnifying-glass", "circle-half-stroke"} <= used
    defined = {m[1] or m[2] for m in icons.ICON.finditer(whole)}
    left = {m[1] or m[2] for m in icons.ICON.finditer(script)}
    assert used & defined <= left
    assert len(left) <= len(used) < len(defined) / 20


def test_icons_are_drawn(address, browser):
    page = browser.new_page()
    page.goto(f"{address}/index.html")
    page.wait_for_selector("svg.svg-inline--fa path[d]", state="attached")
    drawn = page.locator("svg.svg-inline--fa path").evaluate_all(
        "all => all.map(path => (path.getAttribute('d') || '').length)"
    )
    assert len(drawn) > 5
    assert min(drawn) > 10
    page.close()

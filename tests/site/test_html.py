"""The site's files: links that lead somewhere, pictures that are described, a complete API."""

import importlib
import inspect
import itertools
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

API = (
    "dlcourse",
    *("nn", "nn.ops", "nn.naive", "nn.init", "nn.signal", "nn.classical", "nn.networks"),
    *("optim", "optim.lr_scheduler", "data", "models", "viz"),
    *("training", "training.augment", "training.transfer"),
)


@pytest.fixture(scope="module")
def pages(site):
    """{path: parsed HTML} of every page."""
    found = [path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts]
    return {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in found}


def anchors(soup):
    return {tag["id"] for tag in soup.find_all(id=True)} | {""}


def test_every_internal_link_and_anchor_resolves(pages, site):
    known = {path: anchors(soup) for path, soup in pages.items()}
    broken = []
    for path, soup in pages.items():
        for link in soup.find_all("a", href=True):
            parts = urlsplit(link["href"])
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target in known or (target.is_file() and not parts.fragment)
            fragment = unquote(parts.fragment)
            if not there or (target in known and fragment not in known[target]):
                broken.append(f"{path.relative_to(site)}: {link['href']}")
    assert broken == []
    assert len(known) > 20


def test_every_figure_is_described(pages, site):
    silent = []
    for path, soup in pages.items():
        where = path.relative_to(site)
        main = soup.find("main") or soup
        silent += [f"{where}: {img}"[:200] for img in main.find_all("img") if not img.get("alt")]
        for svg in main.select(".cell_output svg"):
            described = svg.get("aria-label") and svg.get("role") == "img"
            hidden = svg.find_parent(attrs={"aria-hidden": "true"}) or svg.get("aria-hidden")
            if not described and not hidden:
                silent.append(f"{where}: {svg}"[:200])
    assert silent == []


def test_headings_skip_no_level(pages, site):
    jumps = []
    for path, soup in pages.items():
        levels = [int(tag.name[1]) for tag in (soup.find("article") or soup).find_all(heading)]
        jumps += [
            f"{path.relative_to(site)}: h{a}, then h{b}"
            for a, b in itertools.pairwise(levels)
            if b > a + 1
        ]
    assert jumps == []


def heading(tag):
    return tag.name in ("h1", "h2", "h3", "h4", "h5", "h6")


@pytest.mark.parametrize("name", API)
def test_api_has_every_public_name(pages, site, name):
    module = importlib.import_module(name if name == "dlcourse" else f"dlcourse.{name}")
    ids = anchors(pages[site / "book" / "api" / f"{name.rpartition('.')[2]}.html"])
    things = {key: getattr(module, key) for key in module.__all__}
    wanted = {
        f"{module.__name__}.{key}"
        for key, thing in things.items()
        if inspect.isclass(thing) or inspect.isroutine(thing)
    }
    assert wanted
    assert wanted <= ids


def test_nothing_foreign_is_loaded(pages, site):
    loaded = []
    for path, soup in pages.items():
        for tag in soup.find_all(["script", "img", "iframe", "source", "embed"], src=True):
            loaded.append((path, tag["src"]))
        for tag in soup.find_all("link", href=True):
            if not {"canonical", "next", "prev"} & set(tag.get("rel", ())):
                loaded.append((path, tag["href"]))
    foreign = [f"{path.relative_to(site)}: {url}" for path, url in loaded if "//" in url[:8]]
    assert foreign == []
    assert loaded

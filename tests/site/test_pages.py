"""Every page, in a real browser: quiet, self-contained, readable, alive, accessible."""

from importlib.resources import files
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from .conftest import ROOT

MEGABYTE = 1_000_000
PAGE_LIMIT = 5 * MEGABYTE
SEVERE = {"serious", "critical"}
MODES = ("light", "dark")


def entries(node):
    """All document names in a table of contents, in order."""
    found = [node[key] for key in ("root", "file") if key in node]
    for key in ("parts", "chapters", "sections", "subtrees"):
        for child in node.get(key, ()):
            found += entries(child)
    return found


TOC = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [f"{name}.html" for name in entries(TOC)]
LECTURES = [page for page in PAGES if page.startswith("lectures/")]
OTHER = ["search.html", "genindex.html", "py-modindex.html"]


@pytest.fixture(scope="module")
def visit(browser, address):
    """visit(page) opens a page and returns it with what it asked for and complained of."""
    contexts = []

    def open_page(name, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("response", lambda answer: note_failure(page, answer))
        page.on("console", lambda message: note_message(page, message))
        page.goto(address + name)
        page.evaluate("() => window.MathJax?.startup?.promise")
        page.evaluate("() => document.fonts.ready.then(() => true)")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module", params=PAGES + OTHER)
def page(visit, request):
    """Each page, loaded once for the tests that only look at it."""
    opened = visit(request.param, color_scheme="light", reduced_motion="reduce")
    yield opened
    opened.close()


def note_failure(page, answer):
    if answer.status >= 400:
        page.complaints.append(f"{answer.status} {answer.url}")


def note_message(page, message):
    if message.type in ("error", "warning"):
        page.complaints.append(message.text)


def axe_violations(page):
    """Serious and critical findings of axe, one line each."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{item['id']} ({item['impact']}): {node['html'][:200]} {node['failureSummary'][:300]}"
        for item in found
        if item["impact"] in SEVERE
        for node in item["nodes"][:5]
    ]


def test_page_is_quiet_and_self_contained(page, address, site):
    assert page.complaints == []
    foreign = [url for url in page.requests if not url.startswith((address, "data:", "blob:"))]
    assert foreign == []
    asked = {unquote(urlsplit(url).path) for url in page.requests if url.startswith(address)}
    files_asked = [site / path.lstrip("/") for path in asked if not path.endswith("/")]
    weights = {path.name: path.stat().st_size for path in files_asked}
    assert sum(weights.values()) < PAGE_LIMIT, sorted(weights.items(), key=lambda w: -w[1])[:5]


def test_mathematics_is_rendered(page):
    written = page.locator(".bd-article .math").count()
    assert page.locator(".bd-article mjx-container").count() >= written
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    text = page.locator("main").inner_text()
    assert r"\(" not in text
    assert r"\[" not in text


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_serious(page, mode):
    page.emulate_media(color_scheme=mode)
    page.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert axe_violations(page) == []


def test_page_fits_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("() => document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 720})
    assert width <= 390


@pytest.mark.parametrize("name", LECTURES)
def test_lecture_has_what_a_lecture_has(visit, name):
    page = visit(name)
    assert page.locator(".bd-article mjx-container").count() > 0
    record = page.locator(".page-record").inner_text()
    for part in ("last ran on", "UTC", "dlcourse", "Python", "NumPy"):
        assert part in record
    hrefs = [link.get_attribute("href") or "" for link in page.locator("a").all()]
    notebook = name.replace(".html", ".ipynb")
    assert any(href.endswith(notebook) and "://" not in href for href in hrefs)
    for host in ("mybinder.org", "colab.research.google.com"):
        assert any(host in href and notebook in href for href in hrefs)


def test_axe_can_find(visit):
    page = visit(PAGES[0])
    page.evaluate("() => document.querySelector('article').append(new Image())")
    assert any(line.startswith("image-alt") for line in axe_violations(page))


@pytest.mark.parametrize("name", [PAGES[0], *LECTURES])
def test_flipbook_moves_by_keyboard(visit, name):
    page = visit(name)
    books = page.locator(".dlcourse-flipbook")
    assert books.count() > 0
    for book in books.all():
        slider = book.locator("input[type=range]")
        slider.focus()
        page.keyboard.press("Home")
        first = shown_frames(book)
        page.keyboard.press("ArrowRight")
        second = shown_frames(book)
        assert len(first) == len(second) == 1
        assert first != second
        assert slider.input_value() == "1"


def shown_frames(book):
    return book.evaluate(
        """book => [...book.querySelectorAll('[data-frame]')]
            .map((frame, i) => getComputedStyle(frame).display === 'none' ? null : i)
            .filter(i => i !== null)"""
    )


def test_front_door_leads_to_the_landing_page(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.wait_for_url(f"**/{PAGES[0]}")
    page.close()


def test_search_finds_the_perceptron(visit):
    page = visit("search.html?q=perceptron")
    page.locator("#search-results li a").first.wait_for()
    targets = [a.get_attribute("href") for a in page.locator("#search-results li a").all()]
    assert any("lectures/02_perceptrons.html" in target for target in targets), targets


def test_search_opens_by_keyboard(visit):
    page = visit(PAGES[0])
    page.keyboard.press("Control+k")
    page.keyboard.type("perceptron")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=perceptron*")
    page.locator("#search-results li a").first.wait_for()


@pytest.mark.parametrize("name", [PAGES[0], LECTURES[0]])
def test_focus_is_visible(visit, name):
    page = visit(name)
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        element, width = page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at);
                const shown = style.outlineStyle !== 'none' ? parseFloat(style.outlineWidth) : 0;
                return [at.outerHTML.slice(0, 80), shown];
            }"""
        )
        seen.add(element)
        assert width >= 2, element
    assert len(seen) > 15

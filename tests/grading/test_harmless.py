"""What strangers write is shown, and nothing of it is alive: in strings, and in a browser."""

import base64
import html
import io
import re
import time

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from dlcourse.grading import course, feedback, harmless


def encoded(image_format, size=(3, 2), extra=b""):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 40)).save(out, format=image_format)
    return base64.b64encode(out.getvalue() + extra).decode()


PNG, JPEG = encoded("PNG"), encoded("JPEG")
PICTURE = "data:image/png;base64,"
SVG = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").decode()

# Each sets document.title, or asks another host for something, where it comes alive.
ALIVE = [
    "<script>document.title='hit'</script>",
    "<img src=x onerror=\"document.title='hit'\">",
    "<svg onload=\"document.title='hit'\"></svg>",
    "<iframe srcdoc=\"<script>parent.document.title='hit'</script>\"></iframe>",
    '<iframe src="https://evil.example/frame"></iframe>',
    "<body onload=\"document.title='hit'\">",
    "<details open ontoggle=\"document.title='hit'\">x</details>",
    "<style>body { background: url(https://evil.example/style) }</style>",
    '<p style="background: url(https://evil.example/inline)">x</p>',
    '<link rel="stylesheet" href="https://evil.example/link">',
    '<meta http-equiv="refresh" content="0; url=https://evil.example/meta">',
    '<base href="https://evil.example/">',
    '<object data="https://evil.example/object"></object>',
    '<form action="https://evil.example/form"><input autofocus name="x"></form>',
    "![pixel](https://evil.example/pixel.png)",
    '<img srcset="https://evil.example/set.png 1x">',
    '<video poster="https://evil.example/poster"></video>',
    "<math><mtext><table><mglyph><style><img src=x onerror=\"document.title='hit'\">",
    "<noscript><p title=\"</noscript><img src=x onerror=document.title='hit'>\">",
    f"![svg](data:image/svg+xml;base64,{SVG})",
    "</pre></div></section><script>document.title='hit'</script>",
    "<!--><script>document.title='hit'</script>-->",
    "`</code><script>document.title='hit'</script>`",
    "$</span><script>document.title='hit'</script>$",
]
LINKS = [
    "[a](javascript:alert(1))",
    '<a href="JaVaScRiPt:alert(1)">a</a>',
    '<a href="java&#10;script:alert(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    "[a](vbscript:x)",
]


@pytest.mark.parametrize("source", ALIVE + LINKS)
def test_nothing_alive_is_left(source):
    for tag in BeautifulSoup(harmless.render(source), "html.parser").find_all():
        assert tag.name not in ("script", "style", "svg", "iframe", "object", "form", "link")
        assert set(tag.attrs) <= {"href", "rel", "class", "src", "alt"}, tag
        assert tag.get("src", PICTURE).startswith(PICTURE)


@pytest.mark.parametrize("source", LINKS)
def test_links_that_run_something_lead_nowhere(source):
    assert "href=" not in harmless.render(source) or 'href="#' in harmless.render(source)


def test_what_may_stay_stays():
    shown = harmless.render(
        "**bold** `a < b` [site](https://example.org)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "$w_1 + b \\ge 0$ and $a<b$\n\n```python\nx = y & 1 < 2\n```"
    )
    assert "<strong>bold</strong>" in shown
    assert "<table>" in shown
    assert '<a rel="noopener noreferrer nofollow" href="https://example.org">' in shown
    assert "$w_1 + b \\ge 0$" in shown
    text = html.unescape(re.sub(r"<[^>]+>", "", shown))
    assert "a < b" in text
    assert "$a<b$" in text
    assert "x = y & 1 < 2" in text


# What MathJax reads is the text that the browser shows, not what was written.
@pytest.mark.parametrize(
    "source",
    [
        r"$\href{javascript:alert(1)}{x}$",
        r"&#36;\hr&#101;f{javascript:alert(1)}{x}&#36;",
        "<div>\n$$\\hr&#x65;f{javascript:alert(1)}{x}$$\n</div>",
        r"$&bsol;href{javascript:alert(1)}{x}$ &bsol;href{javascript:alert(1)}{x}",
        r"<p>$\hr<!-- -->ef{javascript:alert(1)}{x}$</p>",
        "<p>$\\hr<!---->ef{javascript:alert(1)}{x}$</p>",
        r"$\mmlToken{mi}[href=javascript:alert(1)]{x}$",
        r"$\bbox[background:url(https://evil.example/box)]{x}$",
    ],
)
def test_tex_makes_no_links(source):
    text = html.unescape(re.sub(r"<[^>]+>", "", harmless.render(source + r" and $\hat y$")))
    assert not re.search(r"\\(href|mmlToken|bbox)", text)
    assert "\\hat y" in text


def test_an_attribute_that_looks_like_text_stays_closed():
    alt = "a > b &quot; onerror=&quot;document.title='hit'&quot; \\href{}{}"
    for source in (f'<img src="{PICTURE}{PNG}" alt="{alt}">', f'<span class="{alt}">x</span>'):
        for tag in BeautifulSoup(harmless.render(source), "html.parser").find_all():
            assert set(tag.attrs) <= {"class", "src", "alt"}, tag


def test_pictures_are_drawn_anew():
    tail = b"<script>hidden behind the picture</script>"
    for kind in ("png", "jpeg"):
        given = encoded(kind.upper(), extra=tail)
        shown = harmless.render(f"![proof](data:image/{kind};base64,{given})")
        assert f'<img src="data:image/{kind};base64,' in shown
        assert 'alt="proof"' in shown
        again = base64.b64decode(shown.split("base64,")[1].split('"')[0])
        assert tail not in again
        assert Image.open(io.BytesIO(again)).size == (3, 2)
    attached = {"a.png": {"image/png": PNG}, "b.svg": {"image/svg+xml": "<svg/>"}}
    assert "data:image/png" in harmless.render("![a](attachment:a.png)", attached)
    assert "[picture: b]" in harmless.render("![b](attachment:b.svg)", attached)
    wide = encoded("PNG", size=(4000, 10))
    assert Image.open(io.BytesIO(base64.b64decode(harmless.picture("png", wide)))).width == 1600


def test_what_is_no_picture_is_none():
    assert harmless.picture("png", JPEG) is None
    assert harmless.picture("png", "AAAA") is None
    assert harmless.picture("jpeg", "not base64!") is None
    bomb = encoded("PNG", size=(6000, 6000))
    assert len(bomb) < 1_000_000
    assert harmless.picture("png", bomb) is None


def test_text_that_cannot_be_rendered_is_shown_as_it_is():
    assert harmless.render("![a](attachment:gone.png) <b>") == (
        "<pre>![a](attachment:gone.png) &lt;b&gt;</pre>"
    )
    assert harmless.render("x" * 10**7).endswith(" ...</pre>")
    deep = harmless.render("> " * 5000 + "x")
    assert "x" in deep


@pytest.mark.parametrize("mark", ["<div>", "<b>", "\\\\(", "\\begin{a}", "*a_b**c__", "&", "["])
def test_an_answer_of_marks_alone_costs_little(mark):
    begun = time.monotonic()
    assert "<pre>" in harmless.render(mark * (harmless.LONGEST // len(mark)))
    harmless.render(mark * (harmless.MOST_MARKS // max(1, len(re.findall(r"\W", mark)))))
    assert time.monotonic() - begun < 20


def test_a_page_that_takes_long_shows_the_rest_as_it_was_written(root, monkeypatch):
    pages = HTMLExporter(config=course.load_config(root))
    cells = new_notebook(cells=[new_markdown_cell("**bold**") for _ in range(2)])
    assert pages.from_notebook_node(cells)[0].count("<strong>bold") == 2
    monkeypatch.setattr(harmless, "PAGE_SECONDS", -1.0)
    assert pages.from_notebook_node(cells)[0].count("<pre>**bold**</pre>") == 2


def notebook(sources):
    """A graded notebook of a stranger's: evil text, evil outputs, evil metadata."""
    outputs = [
        new_output("display_data", data={"text/html": "<script>document.title='hit'</script>"}),
        new_output("display_data", data={"application/javascript": "document.title='hit'"}),
        new_output(
            "display_data", data={"image/svg+xml": "<svg onload=\"document.title='hit'\"/>"}
        ),
        new_output(
            "display_data",
            data={"image/png": PNG},
            metadata={"image/png": {"width": "1 onload=document.title='hit'"}},
        ),
        new_output("display_data", data={"text/markdown": ALIVE[0], "text/latex": ALIVE[0]}),
        new_output("stream", name="stdout", text="<script>document.title='hit'</script>"),
    ]
    cells = [new_markdown_cell(source) for source in sources]
    for number, cell in enumerate(cells):
        cell.metadata["nbgrader"] = {
            "grade_id": f"a{number}",
            "grade": True,
            "solution": True,
            "points": 1,
            "score": 1,
            "comment": sources[number],
        }
    cells.append(new_code_cell("1 < 2 # <script>document.title='hit'</script>", outputs=outputs))
    cells[-1].metadata["magics_language"] = "\"><script>document.title='hit'</script>"
    nb = new_notebook(cells=cells)
    nb.metadata["language_info"] = {"name": "\"><script>document.title='hit'</script>"}
    return nb


def in_the_browser(browser, page):
    """What a page tried: the hosts that it asked, and its title in the end."""
    asked = []
    tab = browser.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    tab.wait_for_timeout(300)
    title = tab.title()
    tab.close()
    return [url for url in asked if url.startswith("http")], title


def test_a_feedback_page_in_the_browser(browser, small_course, tmp_path):
    """A real page, with everything evil in its written answers and comments."""
    config = course.load_config(small_course.make(tmp_path))
    exporter = feedback.FeedbackExporter(config=config)
    nb = notebook(ALIVE + LINKS)
    harmless.HarmlessNotebook().preprocess(nb, {})
    found = [
        {"title": f"<script>{i}", "cells": [c], "points": 1, "score": 1, "pending": 0}
        for i, c in enumerate(nb.cells)
    ]
    info = {"notebook": "small", "student": "<script>x", "score": 1, "max_score": 2}
    resources = {"nbgrader": info, "dlcourse": {"questions": found}}
    text, _ = exporter.from_notebook_node(nb, resources)
    page = tmp_path / "page.html"
    page.write_text(text, encoding="utf-8")
    assert in_the_browser(browser, page) == ([], "small: feedback for <script>x")


def test_what_the_formgrader_shows(browser, small_course, tmp_path):
    """nbgrader's own template, rendered as the formgrader does, with its scripts left out."""
    from nbgrader.server_extensions.formgrader import handlers

    root = small_course.make(tmp_path)
    config = course.load_config(root)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "student")
    resources = dict.fromkeys((*names, "last_name", "first_name", "notebook_path"), "x")
    resources |= {"index": 0, "total": 1, "base_url": ""}
    text, _ = HTMLExporter(config=config).from_notebook_node(notebook(ALIVE + LINKS), resources)
    assert "<script>document.title" not in text
    assert "width=1 onload" not in text
    page = tmp_path / "page.html"
    page.write_text(text, encoding="utf-8")
    asked, title = in_the_browser(browser, page)
    assert [url for url in asked if "evil" in url] == []
    assert title == "x"


def test_output_is_reduced_to_text_and_pictures():
    nb = notebook([])
    harmless.HarmlessNotebook().preprocess(nb, {})
    shown = [output.get("data", {}) for output in nb.cells[-1].outputs]
    assert [sorted(data) for data in shown[:5]] == [["text/plain"]] * 3 + [
        ["image/png", "text/plain"],
        ["text/plain"],
    ]
    assert shown[0]["text/plain"] == "[text/html]"
    assert nb.metadata.language_info.name == "python"
    nbformat.validate(nb)

"""For the tests of interactive figures: a page in a browser."""

import pytest


@pytest.fixture
def open_page(browser):
    """Opens HTML in the browser; what went wrong in its console fails the test at the end."""
    pages = []
    wrong = []

    def open_page(*parts, **options):
        page = browser.new_page(**options)
        pages.append(page)
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        body = "".join(part.html for part in parts)
        page.set_content(f"<!doctype html><html lang='en'><title>page</title><main>{body}</main>")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert wrong == []

"""For every test: one thread for each test process, the project's root, and a browser."""

import os
import shutil
from pathlib import Path

import pytest

# Test processes run side by side; more threads than that in each would only wait for one another.
# Set before anything numerical is imported, so that programs the tests start inherit it as well.
if "PYTEST_XDIST_WORKER" in os.environ:
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


@pytest.fixture(scope="session")
def root():
    """The project's root folder."""
    return Path(__file__).resolve().parent.parent


# A browser with no window, that asks nothing of any host by itself.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def missing(reason):
    """Skip on a developer's machine; fail in CI, where a skipped check would go unseen."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, one for all tests of a process: Playwright starts only once in each."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tools:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        path = os.environ.get("DLCOURSE_CHROMIUM") or found or tools.chromium.executable_path
        if not Path(path).exists():
            missing("no Chromium: install it (apt-get install chromium) or `playwright install`")
        instance = tools.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield instance
        instance.close()

"""The built site, a server for it, and a browser: for the tests that look at pages."""

import functools
import http.server
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]

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


def load_build():
    """book/build.py as a module."""
    spec = importlib.util.spec_from_file_location("book_build", ROOT / "book" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_build(root=ROOT, **environment):
    """Run book/build.py as `make book` does; return the finished process."""
    return subprocess.run(
        [sys.executable, str(root / "book" / "build.py")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=540,
    )


def missing(reason):
    """Skip on a developer's machine; fail in CI, where a skipped check would go unseen."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def site():
    """The folder of the built site; it is built first if a source has changed since."""
    build = load_build()
    build.BUILD.mkdir(parents=True, exist_ok=True)
    with FileLock(build.BUILD / "lock"):
        if not build.is_fresh():
            result = run_build()
            assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return build.HTML


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def address(site):
    """The site's address on this machine."""
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tools:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        path = os.environ.get("DLCOURSE_CHROMIUM") or found or tools.chromium.executable_path
        if not Path(path).exists():
            missing("no Chromium: install it (apt-get install chromium) or `playwright install`")
        instance = tools.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield instance
        instance.close()

"""The built site and a server for it: for the tests that look at pages."""

import functools
import http.server
import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]


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
        timeout=1500,
    )


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

"""matplotlib's list of fonts, made once for all zones: each would look for them again, and
find but those that matplotlib brings along."""

import functools
import importlib.metadata
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_MAKE = """
import sys
from matplotlib import font_manager as fonts
find = fonts.findSystemFonts
fonts.findSystemFonts = lambda paths=None, fontext="ttf": find(paths, fontext) if paths else []
name = f"fontlist-v{fonts.FontManager.__version__}.json"
fonts.json_dump(fonts.FontManager(), f"{sys.argv[1]}/{name}")
"""


@functools.cache
def settings():
    """Files for matplotlib's folder in a zone: name to text; none where they cannot be made."""
    try:
        version = importlib.metadata.version("matplotlib")
    except importlib.metadata.PackageNotFoundError:
        return {}
    cache = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    folder = Path(os.environ.get("MPLCONFIGDIR") or cache, f"dlcourse-fonts-{version}")
    if not folder.is_dir():
        try:
            _make(folder)
        except (OSError, subprocess.SubprocessError):
            return {}  # each zone then makes its own, which takes half a second
    return {path.name: path.read_text("utf-8") for path in folder.glob("fontlist-*.json")}


def _make(folder):
    """Make the list in a process of its own: nothing here needs matplotlib. Several graders may do
    so at once; the first one's list stays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dlcourse-fonts-", dir=folder.parent) as place:
        made = Path(place, "made")
        made.mkdir()
        subprocess.run(
            [sys.executable, "-c", _MAKE, str(made)],
            check=True,
            capture_output=True,
            timeout=120,
            env={**os.environ, "MPLCONFIGDIR": place},
        )
        if not folder.is_dir():
            made.rename(folder)

"""Where downloaded data lie: the folder `DLCOURSE_DATA`, or a cache folder of the user's."""

import os
import sys
from pathlib import Path


def data_folder():
    """The folder of the downloaded data sets; it need not exist.

    The environment variable `DLCOURSE_DATA` names it. Unset or empty, it is the user's cache folder
    by the custom of the system: `%LOCALAPPDATA%\\dlcourse` on Windows, `~/Library/Caches/dlcourse`
    on macOS, `$XDG_CACHE_HOME/dlcourse` or `~/.cache/dlcourse` elsewhere.
    """
    chosen = os.environ.get("DLCOURSE_DATA")
    if chosen:
        return Path(chosen).expanduser()
    return cache_folder()


def cache_folder():
    """The folder of the course in the user's cache, whatever DLCOURSE_DATA says."""
    return _user_cache() / "dlcourse"


def _user_cache():
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification has a relative path ignored.
    return xdg if xdg.is_absolute() else Path.home() / ".cache"

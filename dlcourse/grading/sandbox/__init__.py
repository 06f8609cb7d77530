"""The sandbox that student code runs in: a Jupyter kernel that holds one submission.

`start` gives a zone; `prepare` and `Pool` start one ahead. `probe` says what this machine can
enforce, and `Unavailable` is raised where that is not enough.
"""

import importlib

# name -> its module. Loaded when used: what this machine can enforce is also asked where Jupyter
# is not installed.
_HOMES = {
    "Capabilities": "capabilities",
    "Limits": "policy",
    "Policy": "policy",
    "Pool": "pool",
    "Unavailable": "launch",
    "Zone": "zone",
    "prepare": "zone",
    "probe": "capabilities",
    "start": "zone",
}
__all__ = list(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

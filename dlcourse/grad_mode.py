"""Whether modules keep what their backward needs."""

from contextlib import contextmanager
from contextvars import ContextVar

_enabled = ContextVar("dlcourse_grad_enabled", default=True)


def is_grad_enabled():
    """Tell whether a module that is called now keeps its backward."""
    return _enabled.get()


@contextmanager
def no_grad():
    """Inside this context a module keeps nothing for a backward: evaluation costs no memory.

    Works as a decorator too.

    >>> with no_grad():
    ...     is_grad_enabled()
    False
    """
    token = _enabled.set(False)
    try:
        yield
    finally:
        _enabled.reset(token)

"""Downloads through torchvision's data sets: addresses in turn, one line when none answers."""

import contextlib
import http.client
import io
import os
import socket
import warnings

from dlcourse.data.vision import import_torchvision

# A dead network answers nothing at all; without a limit the download would wait for ever.
SECONDS_WITHOUT_AN_ANSWER = 30


def own_mirrors():
    """The addresses in DLCOURSE_MIRROR, separated by blanks: folders that hold the same files.

    A class that downloads together is kinder to a server of its own. What comes from there is
    checked as anything else is.
    """
    return [f"{address.rstrip('/')}/" for address in os.environ.get("DLCOURSE_MIRROR", "").split()]


def torchvision_class(name, **attributes):
    """torchvision's data set of that name, some of its attributes set anew.

    attributes: functions from torchvision's class to the attribute's value. The class keeps its
    name, which decides the names of torchvision's folders.
    """
    known = getattr(import_torchvision().datasets, name)
    return type(name, (known,), {key: value(known) for key, value in attributes.items()})


def download(title, classes, tried, scratch, offline):
    """Let the first of torchvision's classes that can do so fill the folder `scratch`.

    title: the set as the error calls it. tried: the addresses, for the error. offline: what to use
    instead, for the error. Raises ConnectionError, in one line, where all of them fail.
    """
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS_WITHOUT_AN_ANSWER)
    try:
        for data_set in classes:
            try:
                with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                    # Pickles of NumPy 1 that torchvision reads make NumPy 2 warn.
                    warnings.simplefilter("ignore")
                    data_set(scratch, download=True)
                return
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                failure = error
    finally:
        socket.setdefaulttimeout(timeout)
    lines = filter(None, map(str.strip, str(failure).splitlines()))
    reason = [type(failure).__name__, *lines][-1]
    raise ConnectionError(
        f"{title} could not be downloaded from {', '.join(tried)} ({reason}); {offline}"
    ) from failure

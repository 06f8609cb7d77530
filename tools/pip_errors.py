"""Say in one line what to do when pip has failed.

Runs on any Python from 3.6 on, with the standard library alone.
"""

import re

_NO_CONNECTION = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError"
    r"|Failed to establish a new connection|Temporary failure in name resolution"
    r"|Network is unreachable|Connection refused|Connection timed out|Read timed out"
    r"|Max retries exceeded|Connection to \S+ timed out|RemoteDisconnected|getaddrinfo failed"
)
# (what pip wrote, what to say); the first that is found counts, so causes stand before symptoms
_CAUSES = [
    (
        re.compile(r"No space left on device|Errno 28\b|not enough space on the disk", re.I),
        "the disk is full: free about {needed:.0f} GB (`pip cache purge` gives back the downloads),"
        " then run the same command again",
    ),
    (
        re.compile(r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError"),
        "the package index's certificate was refused: on a network with its own certificate, "
        "name its file in PIP_CERT and run the same command again",
    ),
    (
        _NO_CONNECTION,
        "the package index cannot be reached: check the network (behind a proxy, set "
        "HTTPS_PROXY), then run the same command again",
    ),
    (
        re.compile(r"THESE PACKAGES DO NOT MATCH THE HASHES|IncompleteRead|ProtocolError"),
        "a download was damaged: run the same command again (if it stays so: `pip cache purge`)",
    ),
    (
        re.compile(r"ResolutionImpossible|conflicting dependencies"),
        "pyproject.toml and constraints.txt contradict each other: `git diff` shows which of the "
        "two you changed; `make constraints` brings them together",
    ),
    (
        re.compile(r"Permission denied|Errno 13\b|Access is denied", re.I),
        "the environment cannot be written to: check who owns the folder, or remove it, then run "
        "the same command again",
    ),
]
_NO_MATCH = re.compile(
    r"(?:No matching distribution found for|satisfies the requirement) ([^\s;,]+)"
)


def what_to_do(output, version, needed=3.0):
    """Turn pip's output into one line of advice.

    output: everything that pip wrote; version: Python's, as "3.15"; needed: gigabytes that a
    set-up takes.
    """
    for pattern, advice in _CAUSES:
        if pattern.search(output):
            return advice.format(needed=needed)
    missing = _NO_MATCH.search(output)
    if missing:
        return (
            f"the package index has no {missing.group(1)} for Python {version} on this machine: "
            "install Python 3.11, 3.12 or 3.13 and name it, as in `make setup PYTHON=python3.12`"
        )
    errors = [line.strip() for line in output.splitlines() if line.startswith("ERROR:")]
    return errors[-1] if errors else "pip failed without a message of its own; its log is above"

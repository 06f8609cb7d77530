"""For every test: one thread for each test process, and the project's root."""

import os
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

"""What the tests of models share."""

import pytest

from dlcourse.data.vision import import_torchvision


@pytest.fixture(scope="session")
def timm():
    """timm, which imports torchvision: beside a CPU-only torch that takes a declaration first."""
    import_torchvision()
    return pytest.importorskip("timm")

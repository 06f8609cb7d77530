"""What the tests of a lecture's numbers look at."""

import pytest

from tests.notebooks.lecture_cells import lecture_of, run_cells


@pytest.fixture(scope="module")
def printed(request):
    """What each cell of the module's lecture printed, by its id."""
    return run_cells(lecture_of(request.module))


@pytest.fixture
def lecture(printed):
    """The names that the lecture's own code cells leave behind, run in order in this process."""
    return printed[None]

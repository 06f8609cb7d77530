"""A submission without a gradebook: the marks and the notebook that nbgrader's own way gives."""

import nbformat
import pytest
from nbgrader.preprocessors import NbGraderPreprocessor

from dlcourse.grading import alone, course, unit

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader 0.9 causes it
]


class Unknown(NbGraderPreprocessor):
    """A preprocessor of some instructor's own."""

    def preprocess(self, nb, resources):
        nb.metadata["seen"] = resources["nbgrader"]["db_url"]
        return nb, resources


@pytest.fixture
def lay_out(small_course, answer, tmp_path):
    """A course that knows one homework, with a submission that lost and changed cells."""
    made = unit.course_archive(small_course.make(tmp_path), "small")

    def lay_out(name):
        notebook = answer()
        tests = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
        tests[0].source = "pass"
        notebook.cells.remove(tests[-1])
        notebook.metadata["kernelspec"] = {"name": "other", "display_name": "other"}
        folder = tmp_path / name
        unit.Unit("small", "", {}, made).lay_out(folder)
        place = folder / "grades" / "submitted" / "ada" / "small"
        place.mkdir(parents=True)
        nbformat.write(notebook, place / "small.ipynb")
        return folder

    return lay_out


def graded(folder, **lists):
    """The graded notebook, without what each run names anew."""
    config = course.load_config(folder, folder)
    config.Autograde.update(lists)
    outcome = alone.autograde(folder, config, "small", "ada")
    assert outcome["success"], outcome["log"]
    path = folder / "grades" / "autograded" / "ada" / "small" / "small.ipynb"
    notebook = course.read_notebook(path)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def test_as_nbgrader_does_it_with_a_preprocessor_that_is_not_known(lay_out):
    own = graded(lay_out("own"))
    folder = lay_out("theirs")
    sanitize = course.load_config(folder, folder).Autograde.sanitize_preprocessors
    theirs = graded(folder, sanitize_preprocessors=[*sanitize, Unknown])
    assert "gradebook.db" in theirs.metadata.pop("seen")
    assert own.metadata == theirs.metadata
    assert [cell.source for cell in own.cells] == [cell.source for cell in theirs.cells]
    assert [cell.metadata for cell in own.cells] == [cell.metadata for cell in theirs.cells]
    outputs = [[cell.get("outputs") for cell in each.cells] for each in (own, theirs)]
    assert outputs[0] == outputs[1]

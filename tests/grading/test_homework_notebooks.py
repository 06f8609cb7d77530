"""The homework as notebooks: nbgrader's form, and test cells that can run in a zone of their own.

The two zones are played in one process: the tests see the student's names only through handles
that copy arguments and results, and refuse operators, comparison and truth.
"""

import ast
import builtins
import copy

import matplotlib
import numpy as np
import pytest
import torch
from nbgrader.nbgraderformat import MetadataValidator

from dlcourse.grading import bank, course
from dlcourse.grading.restore import cell_name
from dlcourse.grading.verdict import is_test
from tests.grading.homework import HOMEWORKS, load

PLAIN = (type(None), bool, int, float, str, bytes, np.ndarray, np.generic, torch.dtype)
# What a homework may import beside what all may: its data, a module of Python's own.
MORE = {
    "hw1": {"sklearn.datasets"},
    "hw2": {"itertools", "sklearn.datasets", "torch"},
    "hw3": {"sklearn.datasets", "io"},
}


@pytest.fixture(params=HOMEWORKS)
def homework(request):
    return load(request.param)


def trusted_cells(homework):
    return [c for c in homework.solution.cells if "trusted" in c.metadata.get("tags", [])]


def graded_code(homework):
    return [cell for cell in homework.solution.cells if is_test(cell)]


def names_of(source):
    """The names that a cell binds, and those that it reads without binding them."""
    tree = ast.parse(source)
    bound, read = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    return bound, read - bound


def test_a_hundred_points_and_nbgraders_form(homework):
    MetadataValidator().validate_nb(homework.solution)
    graded = course.graded_cells(homework.solution)
    assert sum(cell.points for cell in graded) == 100
    questions = {cell.question for cell in graded if not cell.by_hand}
    assert len(questions) >= 8
    assert any(cell.by_hand for cell in graded)
    for cell in homework.solution.cells:
        assert cell_name(cell) in (None, cell.id)
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_the_table_of_points_is_right(homework):
    """The parts' sums in the opening cell against the points of the cells below each heading."""
    part, sums = None, {}
    for cell in homework.solution.cells:
        if cell.source.startswith("## ") and cell.source[3:5] in ("A.", "B.", "C.", "D."):
            part = cell.source[3]
        if cell.metadata.get("nbgrader", {}).get("grade"):
            sums[part] = sums.get(part, 0) + cell.metadata.nbgrader.points
    rows = [
        line.split("|")
        for line in homework.solution.cells[0].source.split("\n")
        if line[:3] == "| A"
    ]
    rows += [
        line.split("|")
        for line in homework.solution.cells[0].source.split("\n")
        if line[3:4] == "."
    ]
    assert {row[1].strip()[0]: int(row[3]) for row in rows} == sums


def test_the_points_in_the_headings_are_right(homework):
    heading, stated, sums = None, {}, {}
    for cell in homework.solution.cells:
        if cell.source.startswith("### Question"):
            heading = cell.id
            words = cell.source.split("\n")[0].partition("(")[2].split()
            stated[heading] = int(words[0])
        if cell.metadata.get("nbgrader", {}).get("grade"):
            sums[heading] = sums.get(heading, 0) + cell.metadata.nbgrader.points
    assert stated == sums


def test_every_test_cell_has_a_visible_and_a_hidden_part(homework):
    for cell in graded_code(homework):
        visible, _, hidden = cell.source.partition("### BEGIN HIDDEN TESTS")
        assert "checks." in visible, cell.id
        assert "checks." in hidden, cell.id
        assert "show=True" not in hidden, cell.id  # would print the values of a hidden test


def test_only_locked_cells_are_trusted(homework):
    for cell in trusted_cells(homework):
        assert cell.metadata.nbgrader.locked
        assert not cell.metadata.nbgrader.solution


def test_a_test_cell_imports_what_it_uses(homework):
    trusted = set().union(*(names_of(cell.source)[0] for cell in trusted_cells(homework))) - {
        "np",
        "plt",
        "torch",
    }
    student = set().union(*(names_of(homework.answers[q])[0] for q in homework.questions))
    # Helpers in locked cells that run in the student's zone alone.
    for cell in homework.solution.cells:
        locked = cell.metadata.get("nbgrader", {}).get("locked") and not is_test(cell)
        if locked and cell not in trusted_cells(homework):
            student |= names_of(cell.source)[0]
    for cell in graded_code(homework):
        missing = names_of(cell.source)[1] - trusted - student - set(dir(builtins))
        assert missing == set(), cell.id


def test_nothing_needs_the_reference_library(homework):
    text = "\n".join(cell.source for cell in homework.solution.cells if cell.cell_type == "code")
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name)
        for cell in homework.solution.cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    allowed = {"dlcourse", "dlcourse.grading", "numpy", "matplotlib.pyplot"}
    assert imported <= allowed | MORE.get(homework.name, set())
    assert "dlcourse.nn" not in text
    assert "dlcourse.optim" not in text


class Handle:
    """A student's object as the trusted zone sees it: called, or asked for an attribute."""

    def __init__(self, target):
        self._target = target

    def __call__(self, *args, **options):
        return _outward(_call(self._target, args, options))

    def __getattr__(self, name):
        return _outward(getattr(self._target, name))

    def _refuse(self, *args):
        raise TypeError("an operator, a comparison or a truth value on a student's object")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __add__ = __sub__ = _refuse
    __mul__ = __matmul__ = __array__ = __float__ = _refuse
    __hash__ = None


def _call(target, args, options):
    """Call with copies, and let the caller's own objects hold what the call has left in them."""
    inside = [_inward(arg) for arg in args]
    result = target(*inside, **{name: _inward(value) for name, value in options.items()})
    for outer, inner in zip(args, inside, strict=True):
        if isinstance(outer, np.ndarray | torch.Tensor):
            outer[...] = inner
        elif isinstance(outer, dict):
            outer.clear()
            outer.update(inner)
        elif isinstance(outer, list):
            outer[:] = inner
    return result


def _inward(value):
    if isinstance(value, Handle):
        return value._target
    if callable(value):
        return lambda *args, **options: _inward(_call(value, args, options))
    return copy.deepcopy(value)


def _outward(value):
    if isinstance(value, list | tuple):
        return type(value)(_outward(item) for item in value)
    if isinstance(value, dict):
        return {key: _outward(item) for key, item in value.items()}
    plain = isinstance(value, PLAIN) or (torch.is_tensor(value) and not value.requires_grad)
    return copy.deepcopy(value) if plain else Handle(value)


def verdicts(homework, answers, question=None):
    """Run the tests in a zone of their own; the names of those that failed."""
    matplotlib.use("Agg")
    student, trusted, failed = {}, {}, set()
    for cell in homework.solution.cells:
        name = cell_name(cell)
        if cell.cell_type != "code" or name is None:
            continue
        if not is_test(cell):
            exec(compile(answers.get(name, cell.source), name, "exec"), student)
            if cell in trusted_cells(homework):
                exec(compile(cell.source, name, "exec"), trusted)
            continue
        if question is not None and not name.startswith(f"{question}-"):
            continue
        for free in names_of(cell.source)[1] - set(trusted) - set(dir(builtins)):
            if free in student:
                trusted[free] = Handle(student[free])
        try:
            exec(compile(cell.source, name, "exec"), trusted)
        except AssertionError:
            failed.add(name)
        except (ValueError, NotImplementedError):
            failed.add(name)
    return failed


def test_the_solution_passes_in_two_zones(homework):
    assert verdicts(homework, homework.answers) == set()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("homework", "question", "name"),
    [
        ("hw1", "softmax", "wrong_in_place"),
        ("hw1", "softmax", "right_loop"),
        ("hw1", "perceptron_update", "wrong_in_place"),
        ("hw1", "relu", "wrong_in_place"),
        ("hw1", "numerical_gradient", "wrong_not_put_back"),
        ("hw1", "numerical_gradient", "right_restored"),
        ("hw1", "network", "right_numerical"),
        ("hw1", "linear", "right_einsum"),
        ("hw1", "train_network", "right_array_split"),
        ("hw2", "sinusoids", "wrong_doubled_in_place"),
        ("hw2", "training_step", "wrong_no_zero_grad"),
        ("hw2", "train", "right_data_loader"),
        ("hw2", "predict", "wrong_with_graph"),
        ("hw2", "choose_scale", "wrong_trained_on_all"),
        ("hw2", "choose_scale", "right_mask"),
        ("hw3", "momentum_step", "wrong_new_dict"),
        ("hw3", "momentum_step", "wrong_in_place"),
        ("hw3", "momentum_step", "right_history"),
        ("hw3", "adam_step", "wrong_means_overwrite_gradient"),
        ("hw3", "adam_step", "right_running_powers"),
        ("hw3", "clip_by_norm", "wrong_list_replaced"),
        ("hw3", "sweep", "wrong_state_shared"),
        ("hw3", "sweep", "right_one_walk"),
        ("hw3", "cross_valley", "right_adam_constant"),
    ],
    indirect=["homework"],
)
def test_what_crosses_between_zones_keeps_its_verdict(homework, question, name):
    variant = homework.variant(question, name)
    answers = bank.with_variants(homework.answers, [variant])
    assert bool(verdicts(homework, answers, question)) is not variant.right

"""What all data sets have in common: names, errors, types, copies, randomness, imports."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import dlcourse
from dlcourse import data

WITHOUT_DOWNLOAD = ("blobs", "digits", "moons", "retina", "spirals", "xor")
NEEDS_FILES = ("mnist", "fashion_mnist", "cifar10", "cifar100", "cifar10_jpeg")
SEQUENCES = ("adding_problem", "course_text", "delayed_recall", "quoted_text", "sentiment")
OTHERS = ("china", "flower", "scenes", *SEQUENCES)
GENERATED = ("blobs", "moons", "retina", "spirals", "xor")


def test_names_are_the_promised_ones():
    assert data.names() == sorted([*WITHOUT_DOWNLOAD, *NEEDS_FILES, *OTHERS])


@pytest.mark.parametrize("name", WITHOUT_DOWNLOAD)
def test_types_labels_and_layout(name):
    s = data.load(name)
    assert s.name == name
    assert s.x.dtype == np.float32
    assert s.y.dtype == np.int64
    assert s.x.flags.c_contiguous
    assert s.y.flags.c_contiguous
    assert s.x.flags.writeable
    assert s.x.shape[0] == s.y.shape[0]
    assert s.y.ndim == 1
    assert set(s.y) == set(range(len(s.classes)))
    assert np.isfinite(s.x).all()


@pytest.mark.parametrize("name", [*WITHOUT_DOWNLOAD, *OTHERS])
def test_description_tells_shape_and_source(name):
    s = data.load(name)
    assert str(s.x.shape[1:])[1:-2] in s.description
    assert repr(s) in s.description
    assert "Source:" in s.description
    assert "x: (" in s.description
    assert "y: (" in s.description


@pytest.mark.parametrize("name", SEQUENCES)
def test_types_of_sequences(name):
    s = data.load(name)
    assert isinstance(s, data.SequenceSet)
    assert len(s.x) == len(s.y)
    for array in (s.x, s.y):
        assert array.dtype in (np.int64, np.float32)
        assert array.flags.c_contiguous
        assert array.flags.writeable
    assert len(set(s.vocabulary)) == len(s.vocabulary)
    if s.vocabulary:
        assert set(np.unique(s.x)) <= set(range(len(s.vocabulary)))
        assert s.encode(s.decode(s.x.ravel()[:30])).tolist() == s.x.ravel()[:30].tolist()
    if s.classes:
        assert set(np.unique(s.y)) <= set(range(len(s.classes)))


@pytest.mark.parametrize("name", [*GENERATED, "scenes", *sorted(set(SEQUENCES) - {"course_text"})])
def test_a_seed_repeats_and_another_seed_does_not(name):
    first, again, other = (data.load(name, rng=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    assert not np.array_equal(first.x, other.x)


@pytest.mark.parametrize("name", [*GENERATED, "scenes", *sorted(set(SEQUENCES) - {"course_text"})])
def test_without_rng_manual_seed_decides(name):
    dlcourse.manual_seed(5)
    first = data.load(name)
    second = data.load(name)
    dlcourse.manual_seed(5)
    again = data.load(name)
    np.testing.assert_array_equal(first.x, again.x)
    assert not np.array_equal(first.x, second.x)


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("n", [4, 7, 50])
def test_n_is_the_number_of_points(name, n):
    s = data.load(name, n=n)
    assert len(s.x) == n
    assert abs(np.count_nonzero(s.y == 1) - n / 2) <= 0.5


@pytest.mark.parametrize("name", WITHOUT_DOWNLOAD)
def test_what_the_caller_changes_is_gone_at_the_next_load(name):
    options = {} if name == "digits" else {"rng": 0}
    first = data.load(name, **options)
    kept = first.x.copy()
    first.x[:] = -5
    np.testing.assert_array_equal(data.load(name, **options).x, kept)


def test_an_unknown_name_lists_the_names_and_the_nearest():
    with pytest.raises(
        ValueError, match=r"'mnits' \(did you mean 'mnist'\?\); there are .*blobs, .*xor"
    ):
        data.load("mnits")
    with pytest.raises(ValueError, match="no data set is called 'q'; there are"):
        data.describe("q")
    with pytest.raises(TypeError, match="is a string, got int"):
        data.load(3)


def test_an_unknown_option_lists_the_options_and_the_nearest():
    with pytest.raises(
        TypeError, match=r"'sise' \(did you mean 'size'\?\); its options are n, size"
    ):
        data.load("retina", sise=3)


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("xor", {"n": 3}, ValueError, "n must be at least 4, got 3"),
        ("moons", {"n": 2.5}, TypeError, "n must be a whole number, got 2.5"),
        ("moons", {"n": True}, TypeError, "n must be a whole number, got True"),
        ("blobs", {"spread": -1}, ValueError, "spread must be at least 0, got -1"),
        ("spirals", {"turns": "two"}, TypeError, "turns must be a number, got 'two'"),
        ("moons", {"noise": float("nan")}, ValueError, "noise must be at least 0, got nan"),
        ("retina", {"noise": 0.5}, ValueError, "noise must be at least 0 and below 0.5, got 0.5"),
        ("retina", {"size": 8, "margin": 3}, ValueError, r"size \+ margin must be at most 10"),
        ("retina", {"flat": 1}, TypeError, "flat must be True or False, got 1"),
        ("digits", {"flat": None}, TypeError, "flat must be True or False, got None"),
        ("xor", {"rng": "seed"}, TypeError, "rng must be"),
        ("adding_problem", {"length": 1}, ValueError, "length must be at least 2, got 1"),
        ("delayed_recall", {"symbols": 27}, ValueError, "symbols must be at most 26, got 27"),
        ("delayed_recall", {"delay": 0}, ValueError, "delay must be at least 1, got 0"),
        ("quoted_text", {"width": 20}, ValueError, "width must be at least 30, got 20"),
        ("sentiment", {"n": 20001}, ValueError, "n must be at most 20000"),
        ("scenes", {"size": 16}, ValueError, "size must be at least 32, got 16"),
        ("scenes", {"most": 0}, ValueError, "most must be at least 1, got 0"),
        ("course_text", {"length": 0}, ValueError, "length must be at least 1, got 0"),
        ("course_text", {"lectures": 1}, TypeError, "lectures must be True or False, got 1"),
        ("china", {"size": 0}, ValueError, "size must be at least 1, got 0"),
        ("flower", {"size": (3, 2.5)}, TypeError, "size must be a whole number, got 2.5"),
    ],
)
def test_a_bad_option_is_named(name, options, error, message):
    with pytest.raises(error, match=message):
        data.load(name, **options)


@pytest.mark.parametrize("name", data.names())
def test_describe_names_every_option(name):
    text = data.describe(name)
    head, body = text.split("\n", 1)
    assert head.startswith(f"{name}(")
    options = inspect.signature(data.registry.find(name).load).parameters
    for option in options:
        assert option in head
        assert option in body


def test_the_page_of_the_data_sets_names_them_all():
    page = Path(__file__).parents[2] / "book" / "api" / "data.md"
    rows = [
        line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}
    assert named == set(data.names())


def test_a_set_without_a_split_says_so():
    with pytest.raises(AttributeError, match=r"'moons' has no split .*: use its x"):
        _ = data.load("moons").x_train
    with pytest.raises(AttributeError, match="'moons' has no images"):
        _ = data.load("moons").images


def test_a_data_set_is_frozen():
    with pytest.raises(AttributeError):
        data.load("xor").x = None


def test_importing_data_loads_numpy_alone():
    code = (
        "import sys; before = set(sys.modules); import dlcourse.data; "
        "print(*{m.split('.')[0] for m in set(sys.modules) - before})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # NumPy's random module is compiled by Cython, which leaves a module of its own behind.
    loaded = {m for m in done.stdout.split() if not m.startswith(("_cython", "cython_runtime"))}
    assert loaded - set(sys.stdlib_module_names) == {"dlcourse", "numpy"}

"""Plain data there and back: the same value, type, dtype and sharing; nothing else crosses."""

import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse.grading.remote import values
from dlcourse.grading.remote.frames import Malformed, TooLarge


def refuse(value):
    raise values.NotPlain(type(value).__name__)


def there_and_back(value):
    writer = values.Writer(refuse)
    token = writer.token(value)
    token, records = json.loads(json.dumps([token, writer.records]))
    return values.Reader(records, writer.buffers, {}).value(token)


def same(a, b):
    """Equal in type and bits; NaN equals NaN, -0.0 is not 0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a), list(b)) and same(list(a.values()), list(b.values()))
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return a == b


atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.complex_numbers()
)
keys = st.text() | st.integers() | st.booleans() | st.tuples(st.integers(), st.text())
plain = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys, inner)
        | st.sets(keys)
        | st.frozensets(keys)
    ),
    max_leaves=20,
)
dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(endianness="?", sizes=(64, 128))
    | hnp.datetime64_dtypes()
    | hnp.unicode_string_dtypes()
    | hnp.byte_string_dtypes()
)


@given(plain)
@settings(deadline=None)
def test_plain_values_cross_as_they_are(value):
    assert same(there_and_back(value), value)


@given(hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, min_side=0)), st.booleans())
@settings(deadline=None)
def test_arrays_cross_bit_by_bit(array, transposed):
    array = array.T if transposed else array
    back = there_and_back(array)
    assert same(back, array)
    assert back.flags.owndata
    assert back.flags.writeable
    assert back.flags.f_contiguous == array.flags.f_contiguous
    if array.ndim:
        assert same(there_and_back(array[::-1]), array[::-1])
    for scalar in array.reshape(-1)[:3] if array.dtype.kind not in "SU" else ():
        assert same(there_and_back(scalar), scalar)


def test_an_array_that_may_not_be_written_stays_so():
    array = np.arange(3)
    array.flags.writeable = False
    assert not there_and_back(array).flags.writeable


@pytest.mark.parametrize("name", values.leaves.TENSORS)
def test_tensors_keep_dtype_shape_and_bits(name):
    torch = pytest.importorskip("torch")
    kind = getattr(torch, name)
    tensor = (torch.arange(24) % 5).reshape(2, 3, 4).to(kind).transpose(0, 2)
    back = there_and_back(tensor)
    assert (back.dtype, back.shape) == (kind, tensor.shape)
    assert torch.equal(back, tensor)
    assert there_and_back(tensor[:0]).shape == (0, 3, 2)
    assert there_and_back(tensor[1, 1, 1]).shape == ()


def test_a_tensor_in_a_graph_is_no_plain_data():
    torch = pytest.importorskip("torch")
    with pytest.raises(values.NotPlain, match="Parameter"):
        there_and_back(torch.nn.Parameter(torch.zeros(2)))
    assert there_and_back(torch.nn.Parameter(torch.ones(2), requires_grad=False)).sum() == 2


@pytest.mark.parametrize(
    "value", [range(1, 9, 3), slice(None, 2), ..., int, np.float32, np.dtype(">i2"), np.bool_]
)
def test_what_else_a_call_may_need(value):
    assert there_and_back(value) == value


def test_what_is_shared_stays_shared():
    row = [1.0]
    array = np.zeros(2)
    a, b, (c, d) = there_and_back([row, row, (array, array)])
    assert a is b
    assert c is d


class Liar(float):
    """A float that says of itself what is asked for."""

    def __eq__(self, other):
        return True

    __hash__ = None
    __float__ = __pos__ = __neg__ = __repr__ = lambda self: 42.0


class Impostor:
    """No float, whatever its class says."""

    __class__ = float


def test_a_subclass_crosses_as_its_plain_base_value():
    class Rows(list):
        def __iter__(self):
            return iter([42])

        __getitem__ = __len__ = lambda self, *args: 42

    class Table(dict):
        def items(self):
            return [(42, 42)]

    class Text(str):
        def __str__(self):
            return "42"

    class Matrix(np.ndarray):
        def __array__(self, *args, **options):
            return np.array([42.0])

        def tobytes(self, *args):
            return b"42"

    class Count(int):
        __int__ = __index__ = lambda self: 42

    for value, base in [
        (Liar(7.0), 7.0),
        (Rows([7]), [7]),
        (Table({7: 7}), {7: 7}),
        (Text("7"), "7"),
        (Count(7), 7),
        (Count(2**80), 2**80),
        (np.array([7.0]).view(Matrix), np.array([7.0])),
    ]:
        assert same(there_and_back(value), base), base


REFUSED = [object(), Impostor(), print, json, np.array([object()]), len]


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__qualname__)
def test_anything_else_is_refused(value):
    with pytest.raises(values.NotPlain):
        there_and_back(value)


def test_cycles_depth_and_size_are_refused():
    cyclic = [1]
    cyclic.append({"again": cyclic})
    with pytest.raises(values.Cyclic, match="list holds itself"):
        there_and_back(cyclic)
    deep = []
    for _ in range(values.DEEPEST + 1):
        deep = [deep]
    with pytest.raises(TooLarge, match="nested"):
        there_and_back(deep)
    with pytest.raises(TooLarge, match="bits"):
        there_and_back(1 << (1 << 20))


def test_a_small_table_that_stands_for_a_giant_is_refused():
    records = [["list", 1.0, 1.0]]
    records += [["list", [i], [i]] for i in range(60)]
    with pytest.raises(TooLarge):
        values.Reader(records, [], {})


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from("abcd"),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=15,
)
kinds = st.sampled_from([*values._KINDS, "own", "handle", "__class__", "init__"])
records = st.lists(
    st.tuples(
        kinds,
        st.lists(json_like | st.integers(0, 3).map(lambda i: [i]), max_size=5),
        st.none() | st.integers(0, 2),
    ).map(lambda r: [r[0], *r[1], *([] if r[2] is None else [r[2]])]),
    max_size=5,
)


@given(records, st.lists(st.binary(max_size=20), max_size=3))
@settings(deadline=None, max_examples=400)
def test_a_hostile_table_gives_plain_data_or_is_malformed(table, buffers):
    try:
        reader = values.Reader(table, buffers, {})
    except Malformed:
        return
    for value in reader.objects:
        there_and_back(value)


@pytest.mark.parametrize(
    "record",
    [
        ["array", "|O", [1], "C", True, 0],
        ["array", "<f8", [2], "C", True, 0],
        ["array", "<f8", [-1], "C", True, 0],
        ["array", "<f8", [1 << 60, 1 << 60], "C", True, 0],
        ["array", "<f8", [1], "K", True, 0],
        ["array", "<f8,<i4", [1], "C", True, 0],
        ["array", "<f8", [1], "C", True, 7],
        ["array", "<U2", [1], "C", True, 0],
        ["tensor", "__class__", [1], 0],
        ["scalar", "V8", 0],
        ["list", [0]],
        ["list", [True]],
        ["list", {}],
        ["dict", 1],
        ["dict", [0], 1],
        ["int", "7" * 400_000],
        ["int", 7],
        ["type", "builtins", "eval"],
        ["type", "numpy", "load"],
        [],
        "list",
        ["Writer"],
    ],
)
def test_what_no_writer_writes_is_malformed(record):
    with pytest.raises(Malformed):
        values.Reader([record], [b"\xff" * 8], {})


def test_bytes_that_mean_nothing_are_given_a_meaning():
    reader = values.Reader([["array", "|b1", [2], "C", True, 0]], [b"\x07\x00"], {})
    assert reader.objects[0].view("u1").tolist() == [1, 0]

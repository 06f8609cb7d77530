"""A test cell and student code in two zones: calls, handles, callbacks, exceptions, lies."""

import builtins
import gc
import types

import numpy as np
import pytest

from dlcourse.grading.remote import errors
from dlcourse.grading.remote.handles import Handle


def test_calls_give_values(zone):
    peer = zone("import numpy as np\ndef f(x, *, by=2):\n    return {'y': by * x, 'n': len(x)}")
    f = peer.name("f")
    result = f(np.arange(3.0), by=3)
    assert type(result) is dict
    assert result["y"].tolist() == [0, 3, 6]
    assert result["n"] == 3
    assert peer.name("f") is f
    assert f.__name__ == "f"


def test_plain_names_are_values_and_modules_are_none(zone):
    peer = zone("import math\nlimit = 7")
    assert peer.name("limit") == 7
    for name in ("math", "nothing"):
        with pytest.raises(KeyError):
            peer.name(name)


LAYER = """
class Layer:
    size = 3
    def __init__(self, scale=1):
        self.scale = scale
    def __call__(self, x):
        return self.scale * x
    def __len__(self):
        return self.size
    def __getitem__(self, key):
        return [1, 2, 3][key]
    def __iter__(self):
        for i in range(3):
            yield Layer(i)
    def __eq__(self, other):
        print('told', other)
        return True
    __hash__ = object.__hash__
    __bool__ = lambda self: True
    __sub__ = __rsub__ = __add__ = __radd__ = lambda self, other: 0.0
    __array__ = lambda self, *a, **k: __import__('numpy').array(42.0)
    __float__ = lambda self: 42.0
    def same(self, other):
        return other is self
def numbers():
    yield from (1, 2)
"""


def test_what_a_handle_offers(zone):
    peer = zone(LAYER)
    layer = peer.name("Layer")(5)
    assert repr(layer) == "<a Layer of the student's>"
    assert layer(3) == 15
    assert layer.scale == 5
    assert len(layer) == 3
    assert layer[1] == 2
    assert layer[0:2] == [1, 2]
    assert [inner.scale for inner in layer] == [0, 1, 2]
    assert list(peer.name("numbers")()) == [1, 2]
    assert layer.same(layer) is True
    with pytest.raises(AttributeError, match="size_of"):
        print(layer.size_of)
    with pytest.raises(IndexError):
        layer[9]


@pytest.mark.parametrize(
    "use",
    [
        lambda h: h == 1,
        lambda h: h != 1,
        lambda h: h < 1,
        lambda h: h >= 1,
        lambda h: bool(h),
        lambda h: not h,
        lambda h: h - 1,
        lambda h: 1 - h,
        lambda h: np.ones(2) - h,
        lambda h: np.ones(2) == h,
        lambda h: np.allclose(h, 42.0),
        lambda h: np.asarray(h),
        lambda h: np.testing.assert_allclose(h, 42.0),
        lambda h: float(h),
        lambda h: abs(h),
        lambda h: -h,
        lambda h: 1 in h,
        lambda h: sum([h]),
        lambda h: sorted([h, h]),
        lambda h: range(h),
        lambda h: setattr(h, "scale", 2),
        lambda h: h.__setitem__(0, 1),
        lambda h: __import__("copy").deepcopy(h),
        lambda h: __import__("pickle").dumps(h),
        lambda h: types.new_class("Mine", (h,)),
        lambda h: [h] == [1.0],
    ],
)
def test_what_a_handle_refuses(zone, use):
    layer = zone(LAYER).name("Layer")()
    with pytest.raises(TypeError, match="Layer of the student"):
        use(layer)


def test_what_a_handle_cannot_call_is_not_callable(zone):
    peer = zone("class C: pass\nc = C()")
    assert not callable(peer.name("c"))
    assert callable(peer.name("C"))


def test_work_in_place_counts(zone):
    peer = zone(
        "def change(array, rows, table, seen, raw, view):\n"
        "    array += 1\n    rows[0].append(rows)\n    rows.pop()\n    table['new'] = array\n"
        "    seen.add(3)\n    raw += b'!'\n    view[...] = 7\n"
    )
    array, rows, table, seen, raw = np.zeros(2), [[1], 2], {"old": 1}, {1}, bytearray(b"a")
    base = np.zeros((2, 3))
    peer.name("change")(array, rows, table, seen, raw, base[:, 1])
    assert array.tolist() == [1, 1]
    assert len(rows) == 1
    assert rows[0][1] is rows
    assert table["new"] is array
    assert seen == {1, 3}
    assert raw == b"a!"
    assert base.tolist() == [[0, 7, 0]] * 2


def test_work_in_place_counts_for_tensors_and_before_an_exception(zone):
    torch = pytest.importorskip("torch")
    peer = zone("def change(x):\n    x += 1\n    raise ValueError('after')")
    for x in (torch.zeros(2), np.zeros(2)):
        with pytest.raises(ValueError, match="after"):
            peer.name("change")(x)
        assert x.tolist() == [1, 1]


def test_an_argument_passed_twice_is_one_object_and_comes_back_as_itself(zone):
    peer = zone("def f(a, b):\n    a[0] = 5\n    return a is b, b, [a]")
    x = np.zeros(2)
    one, same, (again,) = peer.name("f")(x, x)
    assert one is True
    assert same is x
    assert again is x
    assert x[0] == 5


def test_an_array_that_may_not_be_written_is_an_error_there(zone):
    peer = zone("def f(x):\n    x += 1")
    x = np.zeros(2)
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        peer.name("f")(x)


def test_functions_cross_to_be_called(zone):
    peer = zone(
        "def slope(f, x):\n    return (f(x + 1e-3) - f(x - 1e-3)) / 2e-3\n"
        "def twice(f):\n    return lambda x: f(f(x))\n"
        "def give(f):\n    return f\n"
        "def look(f):\n    return [name for name in dir(f) if not name.startswith('_')]"
    )
    assert peer.name("slope")(lambda x: x**2, 3.0) == pytest.approx(6)
    assert peer.name("slope")(np.sin, 0.0) == pytest.approx(1, rel=1e-5)
    assert peer.name("give")(len) is len
    assert peer.name("look")(len) == []
    plus = peer.name("twice")(lambda x: x + 1)
    assert plus(3) == 5
    deep = peer.name("twice")
    assert deep(deep(lambda x: x * 2))(1) == 16


def test_student_code_and_the_test_call_each_other_in_turn(zone):
    peer = zone("def down(n, back):\n    return 0 if n == 0 else 1 + back(n - 1)")
    down = peer.name("down")

    def back(n):
        return 1 + down(n, back)

    assert down(8, back) == 16
    with pytest.raises(RecursionError, match="too deep"):
        down(500, back)


def test_callbacks_work_on_copies_too(zone):
    peer = zone("import numpy as np\ndef f(fill):\n    x = np.zeros(2)\n    fill(x)\n    return x")
    assert peer.name("f")(lambda x: x.fill(4)).tolist() == [4, 4]


def test_an_exception_of_a_callback_passes_through_student_code(zone):
    peer = zone(
        "def f(g):\n    return g()\n"
        "def caught(g):\n    try:\n        g()\n    except ZeroDivisionError as e:\n"
        "        return str(e)"
    )

    class Failed(AssertionError):
        pass

    def fail():
        raise Failed("on purpose")

    assert peer.name("caught")(lambda: 1 / 0) == "division by zero"
    with pytest.raises(RuntimeError, match="Failed: on purpose") as caught:
        peer.name("f")(fail)
    assert not isinstance(caught.value, Failed)


ERRORS = """
class Own(ValueError):
    pass
class CheckFailed(AssertionError):
    pass
class Strange(Exception):
    def __str__(self):
        raise SystemExit
def throw(kind):
    raise {**vars(__import__('builtins')), **globals()}[kind]('m')
def decode():
    b'\\xff'.decode()
def leave():
    raise SystemExit(0)
"""


@pytest.mark.parametrize("name", ["ValueError", "KeyError", "NotImplementedError", "OSError"])
def test_builtin_exceptions_keep_their_class(zone, name):
    kind = getattr(builtins, name)
    with pytest.raises(kind) as caught:
        zone(ERRORS).name("throw")(name)
    assert str(caught.value) == str(kind("m"))
    assert type(caught.value).__name__ == name
    assert [frame[1:3] for frame in caught.value.frames] == [[10, "throw"]]


def test_own_exceptions_are_caught_by_their_builtin_base_and_named_in_the_message(zone):
    peer = zone(ERRORS)
    with pytest.raises(ValueError, match="Own: m") as caught:
        peer.name("throw")("Own")
    assert type(caught.value).__name__ == "ValueError"
    with pytest.raises(AssertionError, match="CheckFailed: m") as caught:
        peer.name("throw")("CheckFailed")
    assert type(caught.value).__name__ == "AssertionError"
    with pytest.raises(UnicodeDecodeError, match="invalid start byte"):
        peer.name("decode")()
    with pytest.raises(errors.StudentError, match="SystemExit"):
        peer.name("leave")()


def test_what_cannot_be_given_to_student_code_is_named(zone):
    torch = pytest.importorskip("torch")
    peer = zone("def f(x):\n    pass")
    with pytest.raises(TypeError, match="object cannot be given"):
        peer.name("f")(object())
    with pytest.raises(TypeError, match="Tensor cannot be given"):
        peer.name("f")(torch.zeros(2, requires_grad=True))


def test_cycles_and_giants_are_errors_of_that_call_alone(zone):
    peer = zone(
        "def cyclic():\n    x = []\n    x.append(x)\n    return x\n"
        "def giant():\n    return bytes(60_000_000)\n"
        "def fine():\n    return 1"
    )
    with pytest.raises(TypeError, match="holds itself"):
        peer.name("cyclic")()
    with pytest.raises(errors.StudentError, match="at most"):
        peer.name("giant")()
    assert peer.name("fine")() == 1


def test_a_handle_that_has_gone_is_forgotten_there(zone):
    peer = zone("class C:\n    pass\nlast = []\ndef new():\n    c = C()\n    return c")
    kept = peer.name("new")()
    numbers = {peer.name("new")()._number for _ in range(20)}
    gc.collect()
    assert len(numbers) == 20
    assert isinstance(kept, Handle)
    assert peer.name("new")()._kind == "C"


def answer(result=None, records=(), changes=(), **more):
    return {"result": result, "records": list(records), "changes": list(changes), **more}, []


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\xff" * 16,
        b"\x05" + bytes(15) + b"not J",
        b"\x02" + bytes(15) + b"[]",
        (answer([0])),
        (answer([0], [["pickle", "cos\nsystem"]])),
        (answer([0], [["handle", "1", "x", True]])),
        (answer([0], [["handle", 1]])),
        (answer([0], [["argument", 5]])),
        (answer([0], [["function", 0]])),
        (answer(error="x")),
        (answer(error={"type": 1})),
        (answer(error={"type": "a", "base": "b", "message": "c", "frames": [[1]]})),
        (answer(changes=[[0, 1]])),
        (answer(changes=[[0]])),
        ({"call": 0, "args": [], "options": {}, "records": []}, []),
        ({"call": 0, "args": 3, "options": [], "records": []}, []),
        ({}, []),
    ],
)
def test_a_reply_that_is_none_ends_the_test(stranger, reply):
    peer = stranger(reply)
    with pytest.raises(errors.ZoneFailure, match="student's"):
        peer.name("f")
    with pytest.raises(errors.ZoneFailure):
        peer.name("f")


def test_a_lying_zone_cannot_raise_what_is_no_exception(stranger):
    for base in ("SystemExit", "print", "no such", "__import__", "ExceptionGroup"):
        report = {"type": "x", "base": base, "message": "m\x1b[2J", "frames": []}
        peer = stranger(answer([0], [["handle", 1, "f", True]]), answer(error=report))
        with pytest.raises(errors.StudentError, match="x: m") as caught:
            peer.name("f")()
        assert "\x1b" not in str(caught.value)


def test_a_lying_change_does_not_fit_the_argument(stranger):
    for content in (["list"], ["bytes", 0], ["array", "<f8", [0], "C", True, 0]):
        lie = answer(None, [content], [[0, [0]]])
        peer = stranger(answer([0], [["handle", 1, "f", True]]), (lie[0], [b""]))
        x = np.ones(3)
        with pytest.raises(errors.ZoneFailure):
            peer.name("f")(x)
        assert x.tolist() == [1, 1, 1]

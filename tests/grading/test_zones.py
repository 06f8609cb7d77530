"""Attacks on two-zone grading: each a submission in a real sandbox, and none gains a point."""

import importlib.util
import re
from pathlib import Path

import pytest

from dlcourse.grading import sandbox
from dlcourse.grading.zones.launch import Nursery
from dlcourse.grading.zones.session import OutOfTime, Times

_spec = importlib.util.spec_from_file_location(
    "zones_course", Path(__file__).with_name("zones_course.py")
)
homework = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(homework)

pytestmark = pytest.mark.skipif(
    not sandbox.probe().sandbox, reason="this machine cannot sandbox student code"
)
QUICK = Times(cell=3, question=20, submission=90)


@pytest.fixture(scope="module")
def grade(tmp_path_factory):
    """A function: answers by cell in, Graded out."""
    with Nursery(tmp_path_factory.mktemp("nursery") / "socket", ["numpy"]) as nursery:
        yield lambda **options: homework.grade(nursery=nursery.path, **options)


def test_an_honest_submission_has_all_points(grade):
    graded = grade()
    assert graded.points == {"f-number": 1, "f-array": 2, "f-partial": 4, "g-text": 8}
    assert [cell.execution_count for cell in graded.cells.values()] == list(range(1, 9))
    assert graded.session.events == []


def test_a_wrong_one_has_what_it_earned_and_its_frames_are_named(grade):
    graded = grade(f="def f(x):\n    if x is not 3:\n        raise ValueError(x)\n    return 6")
    assert graded.points == {"f-number": 1, "f-array": 0, "f-partial": 0, "g-text": 8}
    (error,) = graded.cells["f-partial"].outputs
    assert (error.ename, error.evalue) == ("ValueError", "1")
    text = "\n".join(error.traceback)
    assert re.findall(r"Cell In\[\d\], line \d", text)[0] == "Cell In[5], line 1"
    assert "Cell In[2], line 3, in f\n----> 3 raise ValueError(x)" in text


def test_partial_credit(grade):
    graded = grade(f="def f(x):\n    return 2 * x if isinstance(x, int) and x < 3 else 0")
    assert graded.points == {"f-number": 0, "f-array": 0, "f-partial": 2, "g-text": 8}


@pytest.mark.parametrize(
    ("test", "error"),
    [
        ("import os\nos._exit(0)", "TrustedZoneDied"),
        ("while True:\n    pass", "CellTimeoutError"),
        ("x = bytearray(10**10)", "MemoryError"),
        ("f(3) + 100", "PartialCreditError"),
        ("float('nan')", "PartialCreditError"),
    ],
)
def test_a_test_that_goes_wrong_passes_nobody_and_stops_nothing(grade, test, error):
    graded = grade(**{"f-array": test}, times=QUICK)
    assert [out.ename for out in graded.cells["f-array"].outputs] == [error]
    assert graded.points == {"f-number": 1, "f-array": 0, "f-partial": 4, "g-text": 8}


def test_names_of_helpers_and_functions_that_cross(grade):
    """A locked helper runs in the student's zone; test cells share names, and call each other."""
    graded = grade(
        f="import math\ncounter = 0\nclass Layer:\n    def __call__(self, g, x):\n"
        "        global counter\n        counter += 1\n        x += 1\n        return g(x)\n"
        "def f(x):\n    return 2 * x\nlayer = Layer()\nodd = '\ud800'",
        **{
            "f-number": "def ask():\n    return [f(i) for i in range(3)], counter\n"
            "import numpy as np\nx = np.zeros(2)\n"
            "assert layer(lambda y: y.sum(), x) == 2 and x.tolist() == [1, 1]",
            "f-array": "class T:\n    answer = f(21)\n"
            "assert ask() == ([0, 2, 4], 1) and T.answer == 42 and ask.__name__ == 'ask'\n"
            "try:\n    math\nexcept NameError:\n    pass\nelse:\n    raise AssertionError",
        },
    )
    assert graded.points == {"f-number": 1, "f-array": 2, "f-partial": 4, "g-text": 8}


IPYTHON = "ip = get_ipython()\n"
WRONG = "\ndef f(x):\n    return 0\n"
# Each leaves f wrong. What f returns is all that can count, and it is 0 or worse.
ATTACKS = {
    "assert is patched": "import builtins\nbuiltins.AssertionError = type('E', (), {})\n"
    "builtins.abs = builtins.all = builtins.isinstance = lambda *a: True" + WRONG,
    "numpy.testing is patched": "import numpy.testing\n"
    "np.testing.assert_allclose = np.allclose = np.isclose = lambda *a, **k: True" + WRONG,
    "sys.modules is patched": "import sys, types\n"
    "fake = types.ModuleType('checks')\n"
    "fake.array = lambda *a, **k: None\nfor name in ('dlcourse', 'dlcourse.grading', "
    "'dlcourse.grading.checks', 'numpy'):\n    sys.modules[name] = fake\nfake.checks = fake"
    + WRONG,
    "names of the tests are taken": WRONG + "checks = np = print\nsum = range = f",
    "an input transformer empties cells": IPYTHON
    + "ip.input_transformers_cleanup.append(lambda lines: ['pass\\n'])\n"
    "ip.input_transformers_post.append(lambda lines: ['4.0\\n'])" + WRONG,
    "an AST transformer drops asserts": IPYTHON + "import ast\nclass T(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node):\n        return ast.Pass()\n"
    "ip.ast_transformers.append(T())" + WRONG,
    "showtraceback is replaced": IPYTHON + "ip.showtraceback = lambda *a, **k: None\n"
    "ip._showtraceback = lambda *a, **k: None\nip.run_cell = lambda *a, **k: None" + WRONG,
    "replies are forged": IPYTHON + "k = ip.kernel\ndef f(x):\n"
    "    parent = k.get_parent()\n"
    "    result = {'data': {'text/plain': '4'}, 'metadata': {}, 'execution_count': 1}\n"
    "    for socket in (k.iopub_socket,):\n"
    "        k.session.send(socket, 'execute_result', result, parent=parent)\n"
    "        k.session.send(socket, 'status', {'execution_state': 'idle'}, parent=parent)\n"
    "    k.session.send(k.shell_stream, 'execute_reply', {'status': 'ok'}, parent=parent)\n"
    "    return 0",
    "results are displayed early": "from IPython.display import display\n"
    "print('4.0')\ndef f(x):\n    display(4.0)\n    get_ipython().displayhook(4.0)\n    return 0",
    "the agent always says the same": "import sys\nA = sys.modules['__dlcourse_agent__'].Agent\n"
    "A._do_call = lambda self, header, reader: 7.5" + WRONG,
    "the agent is deleted": "import sys\ndel sys.modules['__dlcourse_agent__']" + WRONG,
    "a thread patches later": "import threading, time\ndef patch():\n    while True:\n"
    "        import sys\n        globals()['np'] = None\n        time.sleep(0.01)\n"
    "threading.Thread(target=patch, daemon=True).start()" + WRONG,
    "a stranger calls at the socket": "import glob, os, socket, threading\ndef call():\n"
    "    while True:\n        for path in glob.glob('/**/agent', recursive=True):\n"
    "            try:\n                s = socket.socket(socket.AF_UNIX)\n"
    "                s.connect(path)\n                s.sendall(b'\\xff' * 64)\n"
    "            except OSError:\n                pass\n"
    "threading.Thread(target=call, daemon=True).start()" + WRONG,
    "an object is equal to everything": "class Liar:\n    __eq__ = __lt__ = __ge__ = __bool__ = "
    "lambda *a: True\n    __sub__ = __rsub__ = __abs__ = lambda *a: 0.0\n    __float__ = "
    "lambda s: 6.0\n    __array__ = lambda *a, **k: np.array(6.0)\n    __class__ = float\n"
    "    __hash__ = None\n    __len__ = lambda s: 2\n    __iter__ = lambda s: iter((2.0, 2.0))\n"
    "def f(x):\n    return Liar()",
    "a float says it is equal": "class F(float):\n    __eq__ = __lt__ = __le__ = lambda *a: True\n"
    "    __hash__ = None\n    __sub__ = __rsub__ = lambda *a: 0.0\n    __float__ = "
    "__pos__ = lambda s: 6.0\ndef f(x):\n    return F(0)",
    "an array says it is equal": "class A(np.ndarray):\n    __eq__ = lambda s, o: np.True_\n"
    "    def __array_ufunc__(self, *a, **k):\n        return np.zeros(())\n"
    "    def __array_function__(self, *a, **k):\n        return True\n"
    "    def tobytes(self, *a):\n        return np.array(6.0).tobytes()\n"
    "def f(x):\n    return np.zeros(np.shape(x)).view(A)",
    "a pickle payload": "class P:\n    def __reduce__(self):\n        import os\n"
    "        return os._exit, (0,)\ndef f(x):\n    return [P(), {'p': P()}]",
    "a reply holds itself": "def f(x):\n    r = []\n    r.append(r)\n    return r",
    "a reply is nested without end": "def f(x):\n    r = 0\n    for _ in range(100_000):\n"
    "        r = [r]\n    return r",
    "a reply is giant": "def f(x):\n    return bytes(300_000_000)",
    "a reply expands": "def f(x):\n    r = [0.0] * 10\n    for _ in range(20):\n"
    "        r = [r] * 10\n    return r",
    "credit that is no number": "class I(int):\n    def __eq__(self, other):\n        return True\n"
    "    __hash__ = None\ndef f(x):\n    return float('nan') if x is not None else I()",
    "the tests' own exception": "class CheckFailed(AssertionError):\n    pass\n"
    "class ZoneFailure(BaseException):\n    pass\ndef f(x):\n"
    "    raise (CheckFailed if x is 3 else ZoneFailure)('passed')",
    "sys.exit in a call": "import sys\ndef f(x):\n    sys.exit(0)",
    "a fork in a call": "import os\ndef f(x):\n    os.fork()\n    return 0",
    "input in a call": "def f(x):\n    return input()",
    "a generator without end": "def f(x):\n    def forever():\n        while True:\n"
    "            yield 6\n    return forever()",
    "files with the names of modules": WRONG,
}
# Whoever breaks his own zone loses what comes after it, too.
SELF_HARM = {
    "sys.modules is patched",
    "an input transformer empties cells",
    "showtraceback is replaced",
    "the agent always says the same",
    "the agent is deleted",
}
FAST = {"assert is patched", "replies are forged", "an object is equal to everything"}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in FAST else pytest.mark.slow) for n in ATTACKS]
)
def test_no_point_is_gained(grade, name):
    files = {}
    if name == "files with the names of modules":
        text = "raise SystemExit(0)"
        names = ("numpy.py", "sitecustomize.py", "conftest.py", "ast.py", "dlcourse.py")
        files = dict.fromkeys(names, text)
        graded = grade(f="import sys\nsys.path = []" + ATTACKS[name], files=files, times=QUICK)
    else:
        graded = grade(f=ATTACKS[name], times=QUICK)
    points = graded.points
    assert sum(points[name] for name in ("f-number", "f-array", "f-partial")) == 0
    assert points["g-text"] == (0 if name in SELF_HARM else 8)


def test_a_call_cannot_end_the_loop_of_a_test(grade):
    graded = grade(
        f="def f(x):\n    raise StopIteration",
        **{
            "f-number": "assert all(y == 2 * x for x, y in zip([1, 2], map(f, [1, 2])))",
            "f-array": "for x, y in zip([1, 2], map(f, [1, 2])):\n    assert y == 2 * x",
            "f-partial": "assert list(iter(lambda: f(1), 2)) == []",
        },
        times=QUICK,
    )
    assert graded.points == {"f-number": 0, "f-array": 0, "f-partial": 0, "g-text": 8}
    (error,) = graded.cells["f-array"].outputs
    assert (error.ename, error.evalue) == ("StudentError", "StopIteration: ")


def test_a_value_that_no_message_can_hold_fails_its_test_alone(grade):
    graded = grade(
        f="def f(x):\n    return 'x' * 30_000_000 if x else 1 << 100_000",
        **{"f-number": "assert float(f(3)) == 6", "f-array": "{}[f(1)]", "f-partial": "f(0)"},
        times=QUICK,
    )
    assert graded.points == {"f-number": 0, "f-array": 0, "f-partial": 0, "g-text": 8}
    names = [graded.cells[name].outputs[-1].ename for name in ("f-number", "f-array", "f-partial")]
    assert names == ["ValueError", "KeyError", "PartialCreditError"]
    assert graded.session.events == []


# What ends the zone in a call costs that call's test; g is run again and keeps its points.
ENDINGS = {
    "os._exit": ("import os\ndef f(x):\n    os._exit(0)", "KernelDied"),
    "segfault": ("import ctypes\ndef f(x):\n    ctypes.string_at(0)", "KernelDied"),
    "kill -9": ("import os\ndef f(x):\n    os.kill(os.getpid(), 9)", "KernelDied"),
    "memory": ("def f(x):\n    return [bytearray(10**7) for _ in range(10**6)]", "OutOfMemory"),
    "endless": ("def f(x):\n    while True:\n        pass", "CellTimeoutError"),
    "stubborn": (
        "def f(x):\n    while True:\n        try:\n            while True:\n                pass\n"
        "        except KeyboardInterrupt:\n            pass",
        "CellTimeoutError",
    ),
    "sleep": ("import time\ndef f(x):\n    time.sleep(1000)", "CellTimeoutError"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == "os._exit" else pytest.mark.slow) for n in ENDINGS]
)
def test_what_ends_the_zone_in_a_call_costs_its_own_test(grade, name):
    source, error = ENDINGS[name]
    source = source.replace("def f(x):", "def f(x):\n    if x is 3:\n        return 6", 1)
    limits = sandbox.Limits(memory=300)
    graded = grade(f=source, times=QUICK, limits=limits)
    assert graded.points == {"f-number": 1, "f-array": 0, "f-partial": 0, "g-text": 8}
    assert [out.ename for out in graded.cells["f-array"].outputs] == [error]
    assert {event[0] for event in graded.session.events} == {"f-array", "f-partial"}


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import os\nos._exit(1)", "KernelDied"),
        pytest.param("exit()", "KernelDied", marks=pytest.mark.slow),
        pytest.param("import time\ntime.sleep(99)", "CellTimeoutError", marks=pytest.mark.slow),
        pytest.param("h = []\nwhile True:\n    h.append(' ' * 10**7)", "OutOfMemory"),
    ],
)
def test_a_cell_that_ends_its_zone_costs_what_depends_on_it(grade, source, error):
    graded = grade(g=f"def g():\n    return 'g'\n\n\n{source}", times=QUICK)
    assert graded.cells["g"].outputs[-1].ename == error
    g = 8 if "sleep" in source else 0  # heeds the interrupt: what it defined stays
    assert graded.points == {"f-number": 1, "f-array": 2, "f-partial": 4, "g-text": g}
    assert [event[0] for event in graded.session.events] == ["g"]


LOOK = """
import gc, glob, os, sys
found = []
def f(x):
    {look}
    return 2 * x
"""
LOOKS = {
    "objects": "found.extend(1 for o in gc.get_objects() for s in (o.values() if type(o) is dict "
    "else ()) if type(s) is str and 'assert f(' in s and 'HID' 'DEN' in s)",
    "frames": "frame = sys._getframe()\n    while frame:\n        found.extend(1 for v in "
    "[*frame.f_locals.values()] if 'HID' 'DEN' in repr(v))\n        frame = frame.f_back",
    "files": "found.extend(p for top in ('.', '..', os.path.expanduser('~'), '/tmp', '/root', "
    "'/home', '/work') for p in glob.glob(top + '/**/*.ipynb', recursive=True))",
    "history": "found.extend(c for c in In if 'HID' 'DEN' in c and 'found' not in c)",
    "processes": "found.extend(p for p in os.listdir('/proc') if p.isdigit() and b'trusted' in "
    "open(f'/proc/{p}/cmdline', 'rb').read())",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKS)
def test_no_test_is_found_in_the_students_zone(grade, name):
    graded = grade(f=LOOK.replace("{look}", LOOKS[name]), after="print(found)")
    assert sum(graded.points.values()) == 15
    assert graded.cells["after"].outputs[0].text == "[]\n"


def test_hooks_see_no_test(grade):
    source = (
        "seen = []\nip = get_ipython()\nfor hook in ('pre_run_cell', 'post_run_cell'):\n"
        "    ip.events.register(\n"
        "        hook, lambda info: seen.append(repr(getattr(info, 'info', info))))\n"
        "def f(x):\n    return 2 * x"
    )
    graded = grade(f=source, after="print(seen)")
    assert sum(graded.points.values()) == 15
    text = graded.text("after")
    assert "HIDDEN" not in text
    assert "628318" not in text
    assert "assert" not in text


@pytest.mark.slow
def test_a_flood_and_live_outputs_are_cut_and_tamed(grade):
    graded = grade(
        f="from IPython.display import HTML, SVG, Javascript, display\nimport sys\n"
        "display(HTML('<script>1</script>'), Javascript('alert(1)'))\n"
        "display({'image/png': '\"><script>1</script>', 'text/html': '<b>'}, raw=True)\n"
        "print('\\ud800 half a pair')\n"
        "def f(x):\n    for _ in range(300):\n        print('x' * 10_000)\n"
        "    print('!', file=sys.stderr)\n    return 2 * x"
    )
    assert sum(graded.points.values()) == 15
    kinds = {kind for out in graded.cells["f"].outputs for kind in out.get("data", {})}
    assert kinds == {"text/plain"}
    for cell in graded.cells.values():
        assert sum(len(str(out)) for out in cell.outputs) < 120_000


@pytest.mark.slow
def test_a_submission_that_uses_all_its_time_is_given_up(grade):
    times = Times(cell=3, question=20, submission=8)
    with pytest.raises(OutOfTime):
        grade(f="import time\ndef f(x):\n    time.sleep(100)", times=times)


@pytest.mark.slow
def test_a_question_that_uses_all_its_time_loses_its_other_tests(grade):
    times = Times(cell=3, question=3, submission=60)
    graded = grade(f="import time\ndef f(x):\n    time.sleep(100)", times=times)
    assert graded.points == {"f-number": 0, "f-array": 0, "f-partial": 0, "g-text": 8}
    assert "took longer than 3 s" in graded.text("f-partial")

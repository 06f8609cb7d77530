"""The import of torchvision, in a fresh process, with and without its compiled operators."""

import subprocess
import sys

import pytest


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_python_parts_work_whatever_the_wheel():
    code = (
        "from dlcourse.data.vision import import_torchvision as get; get(); "
        "print(get().datasets.MNIST.__name__, len(get().transforms.Compose([]).transforms))"
    )
    assert run(code) == ["MNIST", "0"]


FAKE = """
import sys, types
from importlib.machinery import ModuleSpec
import torch.library
made, imports = [], []
class Library:
    def __init__(self, name, kind): made.append(name)
    def define(self, schema): made.append(schema.split("(")[0])
torch.library.Library = Library
class Finder:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == "torchvision" else None
    def create_module(self, spec): return None
    def exec_module(self, module):
        imports.append(1)
        if {fails} and len(made) < 3:
            raise RuntimeError({message!r})
sys.meta_path.insert(0, Finder())
from dlcourse.data.vision import import_torchvision
try:
    import_torchvision(); import_torchvision()
except RuntimeError as error:
    print("raised")
print(len(imports), *made)
"""


@pytest.mark.parametrize(
    ("fails", "message", "expected"),
    [
        (False, "", ["1"]),
        (True, "operator torchvision::nms does not exist", ["2", "torchvision", "nms", "qnms"]),
        (True, "something else is broken", ["raised", "1"]),
    ],
)
def test_operators_are_declared_only_where_they_are_missing(fails, message, expected):
    assert run(FAKE.format(fails=fails, message=message)) == expected


def test_without_torchvision_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['torchvision'] = None\n"
        "from dlcourse.data.vision import import_torchvision\n"
        "try: import_torchvision()\n"
        "except ImportError as error: print(error)"
    )
    assert " ".join(run(code)).endswith("run `pip install 'dlcourse[torch]'`")

"""Every name of the package that a notebook uses is there."""

import ast
import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [
    path
    for folder in ("lectures", "solutions", "assignments")
    for path in sorted((ROOT / folder).rglob("*.ipynb"))
    if ".ipynb_checkpoints" not in path.parts
]


def code_of(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    plain = TransformerManager().transform_cell
    return "\n".join(plain("".join(c["source"])) for c in cells if c["cell_type"] == "code")


def find(module, name):
    """A name of a module, which may be a module of its own; None where there is no such thing."""
    try:
        return getattr(importlib.import_module(module), name)
    except AttributeError:
        try:
            return importlib.import_module(f"{module}.{name}")
        except ModuleNotFoundError:
            return None
    except ModuleNotFoundError:
        return None


def missing_names(code):
    """What a program takes from dlcourse that dlcourse does not have, as `module.name`.

    Looked at are imports and what is taken from an imported module by a dot. A name that is bound
    to something else anywhere in the program is left alone.
    """
    missing, modules, tree = [], {}, ast.parse(code)
    others = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and _is_bound(node)}
    others |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dlcourse":
            for alias in node.names:
                found = find(node.module, alias.name)
                if found is None:
                    missing.append(f"{node.module}.{alias.name}")
                elif isinstance(found, ModuleType):
                    modules[alias.asname or alias.name] = found
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] != "dlcourse":
                    others.add(alias.asname or alias.name.split(".")[0])
                elif importlib.util.find_spec(alias.name) is None:
                    missing.append(alias.name)
                else:
                    modules[alias.asname or "dlcourse"] = importlib.import_module(
                        alias.name if alias.asname else "dlcourse"
                    )
        elif isinstance(node, ast.ImportFrom):
            others |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module and node.value.id not in others and find(module.__name__, node.attr) is None:
                missing.append(f"{module.__name__}.{node.attr}")
    return missing


def _is_bound(node):
    return isinstance(node.ctx, ast.Store | ast.Del)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[p.relative_to(ROOT).as_posix() for p in NOTEBOOKS])
def test_the_package_has_what_the_notebook_takes_from_it(path):
    assert missing_names(code_of(path)) == []


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("from dlcourse import nn\nnn.Linear(2, 3)", []),
        ("from dlcourse import nn\nnn.Lineal(2, 3)", ["dlcourse.nn.Lineal"]),
        ("from dlcourse.nn import Lineal", ["dlcourse.nn.Lineal"]),
        ("from dlcourse.nothing import x", ["dlcourse.nothing.x"]),
        ("from dlcourse.nn import ops\nops.linear", []),
        ("import dlcourse\ndlcourse.set_up('0.1')\ndlcourse.set_dwon()", ["dlcourse.set_dwon"]),
        ("import dlcourse.viz as v\nv.shaw()", ["dlcourse.viz.shaw"]),
        ("from dlcourse import nn\nfrom torch import nn\nnn.Conv4d", []),
        ("from dlcourse import data\ndata = data.load('digits')\ndata.x", []),
        ("%matplotlib inline\nfrom dlcourse import vizz", ["dlcourse.vizz"]),
    ],
)
def test_a_missing_name_is_found(code, named):
    assert missing_names(TransformerManager().transform_cell(code)) == named

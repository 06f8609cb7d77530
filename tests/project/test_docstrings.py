"""Every public name of the reference library says what it is and shows it in an example."""

import importlib
import inspect

import pytest

MODULES = [
    "dlcourse.data",
    "dlcourse.models",
    "dlcourse.nn",
    "dlcourse.nn.classical",
    "dlcourse.nn.init",
    "dlcourse.nn.networks",
    "dlcourse.nn.ops",
    "dlcourse.nn.signal",
    "dlcourse.optim",
    "dlcourse.optim.lr_scheduler",
    "dlcourse.training",
    "dlcourse.training.augment",
    "dlcourse.training.transfer",
]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_an_example(module):
    module = importlib.import_module(module)
    public = {name: getattr(module, name) for name in module.__all__}
    described = {n: o for n, o in public.items() if not inspect.ismodule(o)}
    assert described
    assert [n for n, o in described.items() if ">>>" not in (inspect.getdoc(o) or "")] == []

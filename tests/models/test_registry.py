"""Every model of the registry, swept: it is what its entry says, and it learns."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models


@pytest.fixture(scope="module", params=models.list())
def entry(request):
    return models.find(request.param)


def test_it_has_the_parameters_and_the_multiply_adds_that_it_says(entry):
    with torch.device("meta"):
        model = entry.build().eval()
        x = models.example_input(entry.name, batch=1)
    assert sum(p.numel() for p in model.parameters()) == entry.parameters
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    assert counter.get_total_flops() == 2 * entry.multiply_adds


def test_the_docstring_names_the_source(entry):
    assert entry.source.split()[-1] in entry.build.__doc__


def test_every_parameter_gets_a_gradient(entry):
    torch.manual_seed(0)
    model = entry.build().train()
    x = models.example_input(entry.name, batch=2, smallest=True)
    outputs = model(x)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    sum(out.square().sum() for out in outputs).backward()
    without = [name for name, p in model.named_parameters() if p.grad is None]
    assert without == []
    assert all(torch.isfinite(p.grad).all() for p in model.parameters())


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(ValueError, match=r"no model is called 'lenet6' .did you mean 'lenet5'"):
        models.create("lenet6")
    with pytest.raises(TypeError, match="the name of a model is a string, got int"):
        models.create(5)


def test_options_are_checked():
    with pytest.raises(TypeError, match=r"lenet5 has no option 'n_classes' .did you mean 'num_cla"):
        models.create("lenet5", n_classes=3)
    for wrong in (0, -1, 2.0, True):
        with pytest.raises(ValueError, match="num_classes is a positive integer"):
            models.create("lenet5", num_classes=wrong)

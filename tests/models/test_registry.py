"""Every model of the registry, swept: it is what its entry says, and it learns."""

import inspect

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from tests.models.oracle import tensors


@pytest.fixture(scope="module", params=models.list())
def entry(request):
    return models.find(request.param)


def in_time(name):
    """The name, to sweep over: a giant is slow where a smaller one of its family is swept."""
    family = [models.find(other) for other in models.list(models.find(name).family)]
    smallest = min(family, key=lambda other: other.parameters).name
    slow = models.find(name).parameters > 100_000_000 and name != smallest
    return pytest.param(name, marks=pytest.mark.slow if slow else ())


def on_meta(entry, **options):
    """The model without memory for its weights: shapes cost nothing there."""
    with torch.device("meta"):
        return models.create(entry.name, **options).eval()


def outputs_on_meta(entry, smallest=True, **options):
    model = on_meta(entry, **options)
    with torch.device("meta"), torch.no_grad():
        return tensors(model(models.example_input(entry.name, 2, smallest, **options)))


def test_it_has_the_parameters_and_the_multiply_adds_that_it_says(entry):
    model = on_meta(entry)
    with torch.device("meta"):
        x = models.example_input(entry.name, batch=1)
    assert sum(p.numel() for p in model.parameters()) == entry.parameters
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    assert counter.get_total_flops() == 2 * entry.multiply_adds


def test_the_docstring_names_the_source(entry):
    assert entry.source.split()[-1] in entry.build.__doc__


def test_the_docstring_says_how_many_parameters(entry):
    doc = " ".join(entry.build.__doc__.split())
    assert f"{entry.parameters:,}" in doc
    assert "multiply-adds" in doc


def test_every_option_has_a_default(entry):
    assert inspect.Parameter.empty not in entry.options.values()


def test_the_number_of_classes_is_the_size_of_one_axis_of_the_output(entry):
    if "num_classes" not in entry.options:
        pytest.skip("it has no classes")
    default, other = outputs_on_meta(entry)[0].shape, outputs_on_meta(entry, num_classes=7)[0].shape
    differ = [(a, b) for a, b in zip(default, other, strict=True) if a != b]
    assert differ == [(entry.options["num_classes"], 7)]


def test_the_number_of_channels_is_that_of_the_input(entry):
    if "in_channels" not in entry.options:
        pytest.skip("it takes no images")
    default, other = outputs_on_meta(entry), outputs_on_meta(entry, in_channels=5)
    assert [out.shape for out in default] == [out.shape for out in other]
    with torch.device("meta"):
        x = models.example_input(entry.name, smallest=True)
    with pytest.raises((ValueError, RuntimeError), match="channel"):
        on_meta(entry, in_channels=5)(x)


@pytest.mark.parametrize("name", [in_time(name) for name in models.list()])
def test_every_parameter_gets_a_gradient(name):
    torch.manual_seed(0)
    entry = models.find(name)
    model = entry.build().train()
    outputs = tensors(model(models.example_input(entry.name, batch=2, smallest=True)))
    sum(out.square().sum() for out in outputs).backward()
    without = [name for name, p in model.named_parameters() if p.grad is None]
    assert without == []
    assert all(torch.isfinite(p.grad).all() for p in model.parameters())


def test_names_are_sorted_and_a_family_has_its_own():
    assert models.list() == sorted(models.list())
    by_family = {models.find(name).family for name in models.list()}
    assert sorted(n for family in by_family for n in models.list(family)) == models.list()
    with pytest.raises(ValueError, match=r"no family is called 'lent' \(did you mean 'lenet'"):
        models.list("lent")


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(ValueError, match=r"no model is called 'lenet6' \(did you mean 'lenet5'"):
        models.create("lenet6")
    with pytest.raises(TypeError, match="the name of a model is a string, got int"):
        models.create(5)


def test_options_are_checked():
    with pytest.raises(TypeError, match=r"lenet5 has no option 'n_classes' \(did you mean 'num_c"):
        models.create("lenet5", n_classes=3)
    for wrong in (0, -1, 2.0, True):
        with pytest.raises(ValueError, match="num_classes is a positive integer"):
            models.create("lenet5", num_classes=wrong)

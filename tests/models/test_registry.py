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


def on_meta(entry, **options):
    """The model without memory for its weights: shapes cost nothing there."""
    with torch.device("meta"):
        return models.create(entry.name, **options).eval()


@pytest.fixture(scope="module")
def model(entry):
    return on_meta(entry)


def outputs_on_meta(model, entry, **options):
    with torch.device("meta"), torch.no_grad():
        return tensors(model(models.example_input(entry.name, smallest=True, **options)))


def gradients(model, x):
    """The gradient of every parameter of a training step, by name."""
    sum(out.square().sum() for out in tensors(model.train()(x))).backward()
    return {name: p.grad for name, p in model.named_parameters()}


def is_giant(name):
    """Too large to be trained at each change, where a smaller one of its family is."""
    family = [models.find(other) for other in models.list(models.find(name).family)]
    smallest = min(family, key=lambda other: other.parameters).name
    return models.find(name).parameters > 40_000_000 and name != smallest


def test_it_has_the_parameters_and_the_multiply_adds_that_it_says(entry, model):
    with torch.device("meta"):
        x = models.example_input(entry.name, batch=1)
    assert sum(p.numel() for p in model.parameters()) == entry.parameters
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    assert counter.get_total_flops() == 2 * entry.multiply_adds
    summary = models.summary(model, x)
    assert (summary.parameters, summary.multiply_adds) == (entry.parameters, entry.multiply_adds)
    assert sum(layer.parameters for layer in summary.layers) == entry.parameters
    assert sum(layer.multiply_adds for layer in summary.layers) == entry.multiply_adds


def test_the_docstring_names_the_source(entry):
    assert entry.source.split()[-1] in entry.build.__doc__


def test_the_docstring_says_how_many_parameters(entry):
    doc = " ".join(entry.build.__doc__.split())
    assert f"{entry.parameters:,}" in doc
    assert "multiply-adds" in doc


def test_every_option_has_a_default(entry):
    assert inspect.Parameter.empty not in entry.options.values()


def test_the_number_of_classes_is_the_size_of_one_axis_of_the_output(entry, model):
    if "num_classes" not in entry.options:
        pytest.skip("it has no classes")
    default = outputs_on_meta(model, entry)[0].shape
    other = outputs_on_meta(on_meta(entry, num_classes=7), entry, num_classes=7)[0].shape
    differ = [(a, b) for a, b in zip(default, other, strict=True) if a != b]
    assert differ == [(entry.options["num_classes"], 7)]


def test_the_number_of_channels_is_that_of_the_input(entry, model):
    if "in_channels" not in entry.options:
        pytest.skip("it takes no images")
    five = on_meta(entry, in_channels=5)
    default, other = outputs_on_meta(model, entry), outputs_on_meta(five, entry, in_channels=5)
    assert [out.shape for out in default] == [out.shape for out in other]
    with pytest.raises((ValueError, RuntimeError), match="channel"):
        outputs_on_meta(five, entry)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if is_giant(name) else ())
        for name in models.list()
    ],
)
def test_every_parameter_gets_a_gradient(name):
    torch.manual_seed(0)
    grads = gradients(models.create(name), models.example_input(name, smallest=True))
    assert [name for name, grad in grads.items() if grad is None] == []
    assert all(torch.isfinite(grad).all() for grad in grads.values())


@pytest.mark.parametrize("name", [name for name in models.list() if is_giant(name)])
def test_every_parameter_of_a_giant_is_reached(name):
    with torch.device("meta"):
        grads = gradients(models.create(name), models.example_input(name, smallest=True))
    assert [name for name, grad in grads.items() if grad is None] == []


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

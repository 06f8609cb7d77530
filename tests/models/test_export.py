"""torch.export turns every model into one program that no longer needs its source."""

import pytest
import torch

from dlcourse import models
from tests.models.oracle import tensors

# PyTorch's recurrent layers keep a list of their own weights, and export notices it.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:The tensor attributes self\.\w+\._flat_weights:UserWarning"
)

QUICK = ("lenet5", "resnet20", "resnet20_self_attention", "char_lm")


def every_model():
    """All names; those that are not among a few quick ones take long together."""
    return [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in models.list()
    ]


@pytest.mark.parametrize("name", every_model())
def test_the_exported_program_gives_the_same_output(name):
    torch.manual_seed(0)
    model = models.create(name).eval()
    x = models.example_input(name, smallest=True)
    program = torch.export.export(model, (x,)).module()
    with torch.no_grad():
        for theirs, ours in zip(tensors(program(x)), tensors(model(x)), strict=True):
            torch.testing.assert_close(theirs, ours, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["resnet20", "resnet20_self_attention"])
def test_the_batch_may_stay_open(name):
    model, batch = models.create(name).eval(), torch.export.Dim("batch", min=1)
    x = models.example_input(name, batch=4, smallest=True)
    program = torch.export.export(model, (x,), dynamic_shapes=({0: batch},)).module()
    with torch.no_grad():
        torch.testing.assert_close(program(x[:3]), model(x[:3]), rtol=1e-4, atol=1e-5)

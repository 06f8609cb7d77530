"""torch.compile takes one model of each family, and what it makes computes the same."""

import pytest
import torch
from torch import nn

from dlcourse import models
from tests.models.oracle import tensors

# PyTorch warns of its own code when the compiler is first imported.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.torch.jit.script_method:DeprecationWarning"),
]


def smallest_of_each_family():
    """The name with the fewest parameters in each family."""
    families = {}
    for name in models.list():
        families.setdefault(models.find(name).family, []).append(name)
    return [min(names, key=lambda n: models.find(n).parameters) for names in families.values()]


@pytest.mark.parametrize("name", smallest_of_each_family())
def test_the_compiled_model_computes_the_same(name):
    torch.manual_seed(0)
    torch.compiler.reset()
    model = models.create(name).eval()
    x = models.example_input(name, smallest=True)
    # The compiler leaves recurrent layers to PyTorch, and compiles what is around them.
    whole = not any(isinstance(module, nn.RNNBase) for module in model.modules())
    compiled = torch.compile(model, fullgraph=whole)
    with torch.no_grad():
        for theirs, ours in zip(tensors(compiled(x)), tensors(model(x)), strict=True):
            torch.testing.assert_close(theirs, ours, rtol=1e-3, atol=1e-4)

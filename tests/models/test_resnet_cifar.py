"""The ResNets for 32×32 images: the paper's arithmetic, and a network written out as functions."""

import pytest
import torch
from torch.nn import functional as F

from dlcourse import models
from dlcourse.models.resnet_cifar import ResNetCifar
from tests.models.oracle import count, fill

DEPTHS = {20: 0.27, 32: 0.46, 44: 0.66, 56: 0.85, 110: 1.7}  # He et al. (2016), table 6, millions


@pytest.mark.parametrize(("depth", "millions"), DEPTHS.items())
def test_parameters_are_the_paper_s(depth, millions):
    assert round(count(models.create(f"resnet{depth}")) / 1e6, 1 if depth == 110 else 2) == millions


@pytest.mark.parametrize("depth", [20, 56])
def test_the_plain_network_differs_in_nothing_but_the_shortcuts(depth):
    plain, residual = models.create(f"plain{depth}"), models.create(f"resnet{depth}")
    shapes = [
        {name: tuple(t.shape) for name, t in m.state_dict().items()} for m in (plain, residual)
    ]
    assert shapes[0] == shapes[1]
    entries = models.find(f"plain{depth}"), models.find(f"resnet{depth}")
    assert entries[0].multiply_adds == entries[1].multiply_adds


def written_out(weights, x, n, shortcut):
    """The network as He et al. describe it, in functions, from a dictionary of weights."""

    def conv_bn(x, conv, bn, stride=1):
        x = F.conv2d(x, weights[f"{conv}.weight"], stride=stride, padding=1)
        mean, var = weights[f"{bn}.running_mean"], weights[f"{bn}.running_var"]
        return F.batch_norm(x, mean, var, weights[f"{bn}.weight"], weights[f"{bn}.bias"])

    x = torch.relu(conv_bn(x, "conv1", "bn1"))
    for layer in (1, 2, 3):
        for i in range(n):
            block, stride = f"layer{layer}.{i}", 2 if layer > 1 and i == 0 else 1
            out = torch.relu(conv_bn(x, f"{block}.conv1", f"{block}.bn1", stride))
            out = conv_bn(out, f"{block}.conv2", f"{block}.bn2")
            if shortcut:
                carried = torch.zeros_like(out)
                carried[:, : x.shape[1]] = x[:, :, ::stride, ::stride]
                out = out + carried
            x = torch.relu(out)
    return F.linear(x.mean(dim=(2, 3)), weights["fc.weight"], weights["fc.bias"])


@pytest.mark.parametrize("name", ["resnet20", "resnet32", "plain20"])
def test_outputs_equal_the_network_written_out(name):
    model = models.create(name).eval()
    fill(model)
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        n, shortcut = len(model.layer1), name.startswith("resnet")
        expected = written_out(model.state_dict(), x, n, shortcut)
        torch.testing.assert_close(model(x), expected, rtol=1e-4, atol=1e-4)
    assert expected.std() > 1e-2


def test_a_gradient_goes_through_the_shortcuts_past_every_block():
    # With the last scale of every block at zero, nothing but the shortcuts carries a signal.
    for shortcut in (True, False):
        model = ResNetCifar(20, shortcut=shortcut)
        for module in model.modules():
            if hasattr(module, "bn2"):
                torch.nn.init.zeros_(module.bn2.weight)
        model(torch.randn(4, 3, 32, 32)).square().sum().backward()
        assert bool(model.conv1.weight.grad.abs().max() > 0) == shortcut


@pytest.mark.parametrize("depth", [2, 21, 18])
def test_a_depth_that_is_not_6n_plus_2_is_refused(depth):
    with pytest.raises(ValueError, match=f"6n . 2 for some n ≥ 1, as 20 or 56; got {depth}"):
        ResNetCifar(depth)

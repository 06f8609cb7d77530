"""AlexNet against torchvision, and the network of 2012 against its published figures."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.alexnet import response_norm
from tests.models.oracle import assert_same_outputs, count, fill, pair


def test_one_tower_is_torchvisions():
    torchvision = import_torchvision()
    mine, other = pair(models.alexnet.alexnet, torchvision.models.alexnet)
    assert count(mine) == count(other) == models.find("alexnet").parameters
    assert_same_outputs(mine, other, torch.randn(2, 3, 96, 80))


def test_multiply_adds_are_those_that_torchvision_states():
    weights = import_torchvision().models.AlexNet_Weights.DEFAULT
    assert models.find("alexnet").multiply_adds / 1e9 == pytest.approx(weights.meta["_ops"], 1e-3)


@pytest.fixture(scope="module")
def two_towers():
    model = models.create("alexnet_two_towers").eval()
    fill(model)
    return model


def layers(model):
    return [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]


def test_weights_by_layer_are_those_of_the_course(two_towers):
    weights = [layer.weight.numel() for layer in layers(two_towers)]
    assert sum(weights) == 60_954_656
    assert sum(p.numel() for p in two_towers.parameters()) == 60_965_224
    thousands = [round(n / 1e3) for n in weights]
    assert thousands[:5] == [35, 307, 885, 664, 442]  # 884 and 663 where thousands are cut off
    assert [n // 1000 for n in weights[2:4]] == [884, 663]
    assert [round(n / 1e6) for n in weights[5:]] == [38, 17, 4]


def test_neurons_by_layer_are_those_of_the_paper(two_towers):
    neurons = []
    hooks = [
        layer.register_forward_hook(lambda layer, x, y: neurons.append(y[0].numel()))
        for layer in layers(two_towers)
    ]
    with torch.no_grad():
        two_towers(torch.zeros(1, 3, 227, 227))
    for hook in hooks:
        hook.remove()
    assert neurons == [290400, 186624, 64896, 64896, 43264, 4096, 4096, 1000]
    assert sum(neurons) == 659_272


def test_grouped_convolutions_are_two_towers(two_towers):
    """Each tower by itself, its maps joined where the paper joins them."""
    w = [(layer.weight, layer.bias) for layer in layers(two_towers)]
    x = torch.randn(1, 3, 227, 227)

    def conv(i, x, tower, **options):
        weight, bias = (half.chunk(2)[tower] for half in w[i])
        return F.relu(F.conv2d(x, weight, bias, **options))

    def normalized(towers):
        a = torch.cat(towers, 1)
        squares = F.pad(a.square(), (0, 0, 0, 0, 2, 2))
        total = sum(squares[:, i : i + a.shape[1]] for i in range(5))
        return F.max_pool2d(a / (2 + 1e-4 * total) ** 0.75, 3, 2)

    with torch.no_grad():
        first = normalized([conv(0, x, t, stride=4) for t in (0, 1)]).chunk(2, 1)
        second = normalized([conv(1, first[t], t, padding=2) for t in (0, 1)])
        third = [conv(2, second, t, padding=1) for t in (0, 1)]
        fourth = [conv(3, third[t], t, padding=1) for t in (0, 1)]
        fifth = torch.cat([conv(4, fourth[t], t, padding=1) for t in (0, 1)], 1)
        hidden = F.max_pool2d(fifth, 3, 2).flatten(1)
        hidden = F.relu(F.linear(hidden, *w[5]))
        scores = F.linear(F.relu(F.linear(hidden, *w[6])), *w[7])
        assert_close = torch.testing.assert_close
        assert_close(two_towers(x), scores, rtol=1e-4, atol=1e-4)


def test_response_norm_is_the_sum_of_the_paper():
    a = torch.full((1, 5, 1, 1), 100.0)
    middle = 100 / (2 + 1e-4 * 5 * 100**2) ** 0.75
    edge = 100 / (2 + 1e-4 * 3 * 100**2) ** 0.75
    out = response_norm()(a).flatten()
    assert out[2].item() == pytest.approx(middle, rel=1e-5)
    assert out[0].item() == pytest.approx(edge, rel=1e-5)


def test_the_initialization_is_the_papers():
    torch.manual_seed(0)
    model = models.create("alexnet_two_towers")
    assert [layer.bias.unique().tolist() for layer in layers(model)] == [
        [0], [1], [0], [1], [1], [1], [1], [0],
    ]  # fmt: skip
    for layer in layers(model):
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.02)


def test_images_that_do_not_fit():
    with pytest.raises(ValueError, match="images of 227×227 expected, got 224×224"):
        models.create("alexnet_two_towers")(torch.zeros(1, 3, 224, 224))
    with pytest.raises(ValueError, match="at least 63×63 expected, got 62×63"):
        models.create("alexnet")(torch.zeros(1, 3, 62, 63))

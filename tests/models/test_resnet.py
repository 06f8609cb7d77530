"""ResNet and ResNeXt against torchvision's, and against what He et al. counted."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.resnet import Bottleneck
from tests.models.oracle import assert_same_outputs, count, fill, pair

NAMES = models.list("resnet")


@pytest.fixture(scope="module")
def torchvision():
    return import_torchvision()


def multiply_adds(model, size=(3, 224, 224)):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.eval()(torch.zeros(1, *size, device="meta"))
    return counter.get_total_flops() // 2


@pytest.mark.parametrize("name", NAMES)
def test_counts_are_those_that_torchvision_publishes(name, torchvision):
    published = torchvision.models.get_model_weights(name).DEFAULT.meta
    with torch.device("meta"):
        model = models.create(name)
    assert count(model) == published["num_params"]
    assert multiply_adds(model) / 1e9 == pytest.approx(published["_ops"], abs=5e-4)


LARGE = ("resnet34", "resnet101", "resnet152")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n in LARGE else ()) for n in NAMES]
)
def test_outputs_equal_torchvision(name, torchvision):
    theirs = getattr(torchvision.models, name)
    x = torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    assert_same_outputs(*pair(lambda: models.create(name), lambda: theirs(weights=None)), x)


@pytest.mark.parametrize("name", NAMES)
def test_torchvision_s_weights_load_by_name(name, torchvision):
    with torch.device("meta"):
        theirs = getattr(torchvision.models, name)(weights=None)
        models.create(name).load_state_dict(theirs.state_dict())


@pytest.mark.parametrize(
    ("name", "billions"),
    [("resnet50", 3.86), ("resnet101", 7.57), ("resnet152", 11.28)],
)
def test_the_paper_s_stride_costs_what_the_paper_counts(name, billions):
    with torch.device("meta"):
        paper, default = models.create(name, stride_in="1x1"), models.create(name)
    assert round(multiply_adds(paper) / 1e9, 2) == billions
    assert count(paper) == count(default)


def test_the_stride_is_in_the_convolution_that_was_asked_for(torchvision):
    # torchvision's network becomes the paper's when the strides of two convolutions are swapped.
    def swapped():
        network = torchvision.models.resnet50(weights=None)
        for module in network.modules():
            if isinstance(module, torchvision.models.resnet.Bottleneck):
                module.conv1.stride, module.conv2.stride = module.conv2.stride, module.conv1.stride
        return network

    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    ours, theirs = pair(lambda: models.create("resnet50", stride_in="1x1"), swapped)
    assert_same_outputs(ours, theirs, x)
    default = models.create("resnet50").eval()
    default.load_state_dict(ours.state_dict())
    with torch.no_grad():
        assert (ours(x) - default(x)).abs().max() > 1e-2


def test_a_bottleneck_has_the_weights_of_the_slide():
    block = Bottleneck(256, 64)
    weights = [block.conv1.weight.numel(), block.conv2.weight.numel(), block.conv3.weight.numel()]
    assert weights == [256 * 64, 64 * 64 * 9, 64 * 256]
    assert [round(n / 1024) for n in weights] == [16, 36, 16]


def test_the_stages_are_the_maps_at_four_sizes():
    model = models.create("resnet18").eval()
    fill(model)
    with torch.no_grad():
        maps = model.stages(torch.zeros(1, 3, 64, 96))
    sizes = [(1, 64, 16, 24), (1, 128, 8, 12), (1, 256, 4, 6), (1, 512, 2, 3)]
    assert [tuple(m.shape) for m in maps] == sizes


def test_an_unknown_stride_is_refused():
    with pytest.raises(ValueError, match="stride_in is '1x1' or '3x3', got 'first'"):
        models.create("resnet50", stride_in="first")

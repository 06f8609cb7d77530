"""SE-ResNet-50 in both variants against timm's two, and the paper's arithmetic."""

import pytest
import torch

from dlcourse import models
from tests.models.oracle import assert_same_outputs, count, pair


@pytest.fixture
def images():
    return torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_it_equals_timm_s(timm, images):
    ours, theirs = pair(
        lambda: models.create("se_resnet50"),
        lambda: timm.create_model("seresnet50"),
        rename=lambda name: name,
    )
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, images)


def test_the_paper_s_stride_equals_timm_s_legacy_model(timm, images):
    # The legacy model pools without padding, as Caffe did; the pooling here is ResNet's.
    def legacy():
        model = timm.create_model("legacy_seresnet50")
        model.pool0 = torch.nn.MaxPool2d(3, stride=2, padding=1)
        return model

    def rename(name):
        replaced = name.replace("layer0.", "").replace("se_module", "se")
        return replaced.replace("last_linear", "fc")

    ours, theirs = pair(lambda: models.create("se_resnet50", stride_in="1x1"), legacy, rename)
    assert_same_outputs(ours, theirs, images)


def test_the_paper_counts_ten_percent_more_parameters():
    # 2/r · Σ stages: blocks · channels², r = 16, which the paper puts at 2.5 million; and biases.
    stages = {256: 3, 512: 4, 1024: 6, 2048: 3}
    weights = sum(2 * c * c // 16 * n for c, n in stages.items())
    biases = sum((c // 16 + c) * n for c, n in stages.items())
    more = models.find("se_resnet50").parameters - models.find("resnet50").parameters
    assert more == weights + biases
    assert round(weights / 1e6, 1) == 2.5

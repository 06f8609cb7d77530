"""FCN against interpolation, against VGG at the centre of the image, and the published size."""

import pytest
import torch
from torch.nn import functional as F

from dlcourse import models
from dlcourse.models.fcn import bilinear_upsampling
from tests.models import oracle

SMALL = {"width": 8, "fc_channels": 16, "num_classes": 4}


@pytest.mark.parametrize("stride", [2, 8, 16, 32])
def test_an_enlargement_begins_as_bilinear_interpolation(stride):
    x = torch.randn(2, 3, 6, 5)
    ours = bilinear_upsampling(3, stride)(x)
    theirs = F.interpolate(x, scale_factor=stride, mode="bilinear", align_corners=False)
    assert ours.shape == theirs.shape
    # At the edge one repeats the image and the other continues it with zeros.
    inner = (..., slice(stride // 2, -(stride // 2)), slice(stride // 2, -(stride // 2)))
    torch.testing.assert_close(ours[inner], theirs[inner], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["fcn32s", "fcn16s", "fcn8s"])
def test_134_million_parameters_as_published(name):
    with torch.device("meta"):
        model = models.create(name)
    assert round(oracle.count(model) / 1e6) == 134


@pytest.mark.parametrize("name", ["fcn32s", "fcn16s", "fcn8s"])
def test_every_pixel_gets_its_scores(name):
    model = models.create(name, **SMALL).eval()
    assert model(torch.zeros(2, 3, 64, 96)).shape == (2, 4, 64, 96)
    with pytest.raises(ValueError, match="sides divisible by 32 expected, got 64×90"):
        model(torch.zeros(1, 3, 64, 90))


def test_finer_maps_begin_silent():
    """With zeros for their scores, the finer networks enlarge the coarse scores and no more."""
    torch.manual_seed(0)
    coarse = models.create("fcn32s", **SMALL).eval()
    weights = {k: v for k, v in coarse.state_dict().items() if k != "to_image.weight"}
    x = torch.randn(1, 3, 96, 96)
    for name in ("fcn16s", "fcn8s"):
        fine = models.create(name, **SMALL).eval()
        missing, unexpected = fine.load_state_dict(weights, strict=False)
        assert unexpected == []
        assert {key.split(".")[0] for key in missing} == {"skip_scores", "enlarge", "to_image"}
        similarity = F.cosine_similarity(coarse(x).flatten(), fine(x).flatten(), dim=0)
        assert similarity > 0.95


def test_a_finer_map_adds_detail_that_a_coarse_one_cannot_hold():
    model = models.create("fcn8s", **SMALL).eval()
    with torch.no_grad():
        for score in model.skip_scores:
            torch.nn.init.normal_(score.weight)
    x = torch.randn(1, 3, 96, 96)
    moved = x.clone()
    moved[..., :8, :8] += 5
    changed = (model(x) - model(moved)).abs().amax(1)[0]
    assert changed[:8, :8].max() > changed[64:, 64:].max()


@pytest.mark.slow
def test_with_vggs_weights_it_says_at_the_centre_what_vgg_says_of_the_image():
    classifier, segmenter = models.create("vgg16"), models.create("fcn32s", num_classes=1000)
    oracle.fill(classifier)
    convolutions = [m for m in classifier.features if isinstance(m, torch.nn.Conv2d)]
    linear = [m for m in classifier.classifier if isinstance(m, torch.nn.Linear)]
    theirs = [m for m in segmenter.modules() if isinstance(m, torch.nn.Conv2d)]
    with torch.no_grad():
        for mine, other in zip([*convolutions, *linear], theirs, strict=True):
            other.weight.copy_(mine.weight.reshape(other.weight.shape))
            other.bias.copy_(mine.bias)
        x = torch.randn(1, 3, 224, 224)
        pool4 = segmenter.to_stride_16(segmenter.to_stride_8(x))
        places = segmenter.eval().classifier(segmenter.to_stride_32(pool4))  # (1, 1000, 7, 7)
        expected = classifier.eval()(x)
    torch.testing.assert_close(places[:, :, 3, 3], expected, rtol=1e-4, atol=1e-3)


def test_other_strides_are_refused():
    with pytest.raises(ValueError, match="8, 16 or 32, got 4"):
        models.fcn.FCN(2, 3, 4, 8, 16)

"""Vision transformers against torchvision's and timm's."""

import pytest
import torch

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from tests.models.oracle import assert_same_outputs, count, pair

TORCHVISION = {
    "conv_proj": "embed",
    "encoder.pos_embedding": "positions",
    "encoder.layers.encoder_layer_": "blocks.",
    "ln_1": "norm1",
    "ln_2": "norm2",
    "self_attention.in_proj_": "attention.qkv.",
    "self_attention.out_proj": "attention.proj",
    "mlp.3": "mlp.2",
    "encoder.ln": "norm",
    "heads.head": "head",
}


def rename(name):
    for theirs, ours in TORCHVISION.items():
        name = name.replace(theirs, ours)
    return name


def test_the_base_model_equals_torchvision_s():
    build = import_torchvision().models.vit_b_16
    ours, theirs = pair(lambda: models.create("vit_b_16"), build, rename)
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(1, 3, 224, 224))


def test_the_tiny_model_equals_timm_s(timm):
    ours, theirs = pair(
        lambda: models.create("vit_tiny"), lambda: timm.create_model("vit_tiny_patch16_224")
    )
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(1, 3, 224, 224))


def test_14_times_14_patches_and_a_class_token():
    model = models.create("vit_tiny", dim=24, depth=2)
    x = torch.randn(2, 3, 224, 224)
    assert model.tokens(x).shape == (2, 1 + 14 * 14, 24)
    maps = model.attention_maps(x)
    assert maps.shape == (2, 2, 3, 197, 197)
    torch.testing.assert_close(maps.sum(-1), torch.ones(maps.shape[:-1]))


def test_a_patch_is_a_patch():
    """Pixels of one patch move its own token and no other."""
    model = models.create("vit_tiny", image_size=32, patch_size=8, dim=24, depth=1)
    x = torch.randn(1, 3, 32, 32)
    other = x.clone()
    other[0, :, 8:16, 16:24] += 1
    moved = (model.tokens(x) != model.tokens(other)).any(-1)[0]
    assert moved.nonzero().flatten().tolist() == [1 + 4 + 2]


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="patches of 16 do not tile an image of 100"):
        models.create("vit_tiny", image_size=100)
    with pytest.raises(ValueError, match="images of 224×224 expected, got 32×32"):
        models.create("vit_tiny", dim=24, depth=1)(torch.zeros(1, 3, 32, 32))

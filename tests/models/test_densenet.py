"""DenseNet-121 against torchvision's."""

import torch

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.densenet import DenseLayer
from tests.models.oracle import assert_same_outputs, count, pair


def test_it_equals_torchvision_s():
    torchvision = import_torchvision()
    ours, theirs = pair(lambda: models.create("densenet121"), torchvision.models.densenet121)
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 64, 64))


def test_a_layer_hands_on_what_it_got():
    x = torch.randn(2, 6, 5, 5)
    y = DenseLayer(6, growth=4)(x)
    assert y.shape == (2, 10, 5, 5)
    assert torch.equal(y[:, :6], x)

"""Architectures in PyTorch, a file a family, each by name.

`create(name, num_classes=..., in_channels=...)` builds one, `list()` names all, `find(name)` tells
what is known of it.

>>> create("lenet5", num_classes=10)(example_input("lenet5")).shape
torch.Size([2, 10])
"""

from dlcourse.models import (
    alexnet,
    coordinate_mlp,
    googlenet,
    inception,
    inception_resnet,
    inception_v3,
    inception_v4,
    lenet,
    nasnet,
    positional,
    recurrent,
    resnet,
    sentiment,
    vgg,
    xception,
    zfnet,
)
from dlcourse.models.auxiliary import auxiliary_loss
from dlcourse.models.registry import Entry, create, example_input, find, register
from dlcourse.models.registry import names as list

__all__ = [
    "Entry",
    "alexnet",
    "auxiliary_loss",
    "coordinate_mlp",
    "create",
    "example_input",
    "find",
    "googlenet",
    "inception",
    "inception_resnet",
    "inception_v3",
    "inception_v4",
    "lenet",
    "list",
    "nasnet",
    "positional",
    "recurrent",
    "register",
    "resnet",
    "sentiment",
    "vgg",
    "xception",
    "zfnet",
]

"""Architectures in PyTorch, a file a family, each by name.

`create(name, num_classes=..., in_channels=...)` builds one, `list()` names all, `find(name)` tells
what is known of it, `table()` puts them side by side, `summary(name)` takes one apart. A family's
file enters its models when it is imported here.

>>> create("lenet5", num_classes=10)(example_input("lenet5")).shape
torch.Size([2, 10])
"""

from dlcourse.models import (
    alexnet,
    attention_blocks,
    coordinate_mlp,
    deconvnet,
    dilated_context,
    fcn,
    feature_pyramid,
    lenet,
    positional,
    recurrent,
    resnet,
    resnet_cifar,
    se_resnet,
    sentiment,
    vgg,
)
from dlcourse.models.catalogue import table
from dlcourse.models.layer_summary import Summary, summary
from dlcourse.models.registry import Entry, create, example_input, find, register
from dlcourse.models.registry import names as list

__all__ = [
    "Entry",
    "Summary",
    "alexnet",
    "attention_blocks",
    "coordinate_mlp",
    "create",
    "deconvnet",
    "dilated_context",
    "example_input",
    "fcn",
    "feature_pyramid",
    "find",
    "lenet",
    "list",
    "positional",
    "recurrent",
    "register",
    "resnet",
    "resnet_cifar",
    "se_resnet",
    "sentiment",
    "summary",
    "table",
    "vgg",
]

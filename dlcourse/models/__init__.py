"""Architectures in PyTorch, a file a family, each by name.

`create(name, num_classes=..., in_channels=...)` builds one, `list()` names all, `find(name)` tells
what is known of it. A family's file enters its models when it is imported here.

>>> create("lenet5", num_classes=10)(example_input("lenet5")).shape
torch.Size([2, 10])
"""

from dlcourse.models import (
    attention_blocks,
    coordinate_mlp,
    lenet,
    positional,
    recurrent,
    resnet,
    resnet_cifar,
    se_resnet,
    sentiment,
)
from dlcourse.models.layer_summary import Summary, summary
from dlcourse.models.registry import Entry, create, example_input, find, register
from dlcourse.models.registry import names as list

__all__ = [
    "Entry",
    "Summary",
    "attention_blocks",
    "coordinate_mlp",
    "create",
    "example_input",
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
]

"""Architectures in PyTorch, a file a family, each by name.

`create(name, num_classes=..., in_channels=...)` builds one, `list()` names all, `find(name)` tells
what is known of it. The order of the imports below is the order of the course.

>>> create("lenet5", num_classes=10)(example_input("lenet5")).shape
torch.Size([2, 10])
"""

from dlcourse.models import alexnet, lenet, resnet, vgg
from dlcourse.models.registry import Entry, create, example_input, find, register
from dlcourse.models.registry import names as list

__all__ = [
    "Entry",
    "alexnet",
    "create",
    "example_input",
    "find",
    "lenet",
    "list",
    "register",
    "resnet",
    "vgg",
]

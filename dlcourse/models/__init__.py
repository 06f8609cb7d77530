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
    convnext,
    coordinate_mlp,
    deconvnet,
    densenet,
    dilated_context,
    efficientnet,
    fcn,
    feature_pyramid,
    googlenet,
    igpt,
    inception_resnet,
    inception_v3,
    inception_v4,
    lenet,
    mobilenet,
    nasnet,
    nfnet,
    positional,
    recurrent,
    resnet,
    resnet_cifar,
    se_resnet,
    sentiment,
    stochastic_depth,
    transformer,
    vgg,
    vit,
    xception,
    zfnet,
)
from dlcourse.models.auxiliary import auxiliary_loss
from dlcourse.models.catalogue import table
from dlcourse.models.layer_summary import Summary, summary
from dlcourse.models.registry import Entry, create, example_input, find, register
from dlcourse.models.registry import names as list

__all__ = [
    "Entry",
    "Summary",
    "alexnet",
    "attention_blocks",
    "auxiliary_loss",
    "convnext",
    "coordinate_mlp",
    "create",
    "deconvnet",
    "densenet",
    "dilated_context",
    "efficientnet",
    "example_input",
    "fcn",
    "feature_pyramid",
    "find",
    "googlenet",
    "igpt",
    "inception_resnet",
    "inception_v3",
    "inception_v4",
    "lenet",
    "list",
    "mobilenet",
    "nasnet",
    "nfnet",
    "positional",
    "recurrent",
    "register",
    "resnet",
    "resnet_cifar",
    "se_resnet",
    "sentiment",
    "stochastic_depth",
    "summary",
    "table",
    "transformer",
    "vgg",
    "vit",
    "xception",
    "zfnet",
]

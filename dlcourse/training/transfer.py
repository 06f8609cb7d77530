"""Transfer: keep what a network has learned, give it another task.

Freeze the body, replace the head, train; then thaw and fine-tune with a smaller step for the body.
Or take the features off the shelf and put any classifier on them.
"""

import contextlib

import torch
from torch import nn

from dlcourse.training.evaluation import evaluating

__all__ = [
    "features",
    "fine_tune_groups",
    "freeze",
    "freeze_body",
    "head",
    "replace_head",
    "unfreeze",
]

_NORMS = (nn.modules.batchnorm._BatchNorm,)


def head(model):
    """The name of a model's last layer of scores: its last linear layer or 1×1 convolution.

    Raises ValueError where there is neither.

    >>> head(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)))
    '2'
    """
    found = [name for name, module in model.named_modules() if _gives_scores(module)]
    if not found:
        raise ValueError(
            f"{type(model).__name__} has no linear layer and no 1×1 convolution to be its head: "
            "name the layer"
        )
    return found[-1]


def replace_head(model, num_classes, name=None):
    """Put a fresh layer of `num_classes` scores in the place of the head; return that layer.

    name: the layer to replace, where it is not the last linear layer or 1×1 convolution.

    >>> model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1000))
    >>> replace_head(model, 5)
    Linear(in_features=8, out_features=5, bias=True)
    """
    if isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 1:
        raise ValueError(f"num_classes is a positive integer, got {num_classes!r}")
    name = head(model) if name is None else name
    old = _layer(model, name)
    if not _gives_scores(old):
        raise ValueError(
            f"{name} is a {type(old).__name__}: a head is a linear layer or a 1×1 convolution"
        )
    like = {"bias": old.bias is not None, "device": old.weight.device, "dtype": old.weight.dtype}
    if isinstance(old, nn.Linear):
        new = nn.Linear(old.in_features, num_classes, **like)
    else:
        new = nn.Conv2d(old.in_channels, num_classes, 1, **like)
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, new)
    return new


def freeze(module):
    """Stop training a module's parameters; keep the statistics of its batch norms as they are.

    Without the second half a frozen batch norm still normalizes with the batch at hand, and its
    running statistics drift to the new data: `model.train()` no longer reaches the layers that are
    frozen here. Returns the module.

    >>> body = freeze(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)))
    >>> body.train()[1].training, any(p.requires_grad for p in body.parameters())
    (False, False)
    """
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    for layer in module.modules():
        if isinstance(layer, _NORMS):
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer
    return module


def unfreeze(module):
    """Train a module's parameters and statistics again; the inverse of `freeze`.

    >>> body = unfreeze(freeze(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))))
    >>> body.train()[1].training, all(p.requires_grad for p in body.parameters())
    (True, True)
    """
    for parameter in module.parameters():
        parameter.requires_grad_(True)
    for layer in module.modules():
        if "train" in vars(layer):
            del layer.train
            layer.train(module.training)
    return module


def freeze_body(model, name=None):
    """Freeze everything but the head, which `replace_head` has made; return the model.

    >>> model = freeze_body(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)))
    >>> [name for name, p in model.named_parameters() if p.requires_grad]
    ['2.weight', '2.bias']
    """
    layer = _layer(model, head(model) if name is None else name)
    freeze(model)
    unfreeze(layer)
    return model


def fine_tune_groups(model, head_lr, body_lr, name=None):
    """Parameter groups for an optimizer: the head learns fast, the body slowly.

    A fresh head sends back large gradients at first; a body that took them at full rate would
    forget what it was kept for. Parameters that are frozen are left out.

    >>> model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    >>> optimizer = torch.optim.SGD(fine_tune_groups(model, head_lr=0.1, body_lr=0.001))
    >>> [(group["lr"], len(group["params"])) for group in optimizer.param_groups]
    [(0.001, 2), (0.1, 2)]
    """
    last = set(_layer(model, head(model) if name is None else name).parameters())
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p not in last], "lr": body_lr},
        {"params": [p for p in trained if p in last], "lr": head_lr},
    ]
    return [group for group in groups if group["params"]]


@torch.no_grad()
def features(model, batches, name=None):
    """Features off the shelf: what reaches the head, for every example.

    batches: a tensor x: (N, ...), or an iterable of x or of (x, y) batches. name: the layer whose
    input is wanted, where it is not the head.
    Returns features: (N, D) float32 on the CPU, or (features, y: (N,)) where labels came along.
    The model runs in eval mode and is left in the mode in which it was.
    Source: Razavian, Azizpour, Sullivan and Carlsson, CNN features off-the-shelf, 2014.

    >>> model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    >>> features(model, torch.zeros(5, 4)).shape
    torch.Size([5, 8])
    """
    layer = _layer(model, head(model) if name is None else name)
    device = next(model.parameters()).device
    batches = [batches] if isinstance(batches, torch.Tensor) else batches
    taken, labels = [], []

    def take(module, inputs):
        taken.append(inputs[0].flatten(1).float().cpu())

    with evaluating(model), contextlib.ExitStack() as stack:
        stack.callback(layer.register_forward_pre_hook(take).remove)
        for batch in batches:
            x, *y = batch if isinstance(batch, tuple | list) else (batch,)
            model(x.to(device))
            labels += [t.cpu() for t in y[:1]]
    if not taken:
        raise ValueError("features needs at least one batch, got none")
    return (torch.cat(taken), torch.cat(labels)) if labels else torch.cat(taken)


def _gives_scores(module):
    if isinstance(module, nn.Linear):
        return True
    return isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1) and module.groups == 1


def _layer(model, name):
    try:
        return model.get_submodule(name)
    except AttributeError as error:
        raise ValueError(f"{type(model).__name__} has no layer called {name!r}") from error

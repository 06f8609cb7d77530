"""Whether model, optimizer and data belong together, asked before the first step."""

import torch
from torch import nn

from dlcourse.training.batch import first, size_of
from dlcourse.training.metrics import are_classes


def check_optimizer(optimizer, model, loss=None):
    """Raise unless the optimizer moves parameters of this model, or of the loss, and no others.

    >>> check_optimizer(torch.optim.SGD(nn.Linear(1, 1).parameters()), nn.Linear(1, 1))
    Traceback (most recent call last):
    ValueError: the optimizer holds 2 parameters that are not the model's: build it from \
model.parameters() after the last change to the model
    """
    known = {
        id(p) for part in (model, loss) if isinstance(part, nn.Module) for p in part.parameters()
    }
    foreign = [p for g in optimizer.param_groups for p in g["params"] if id(p) not in known]
    if foreign:
        raise ValueError(
            f"the optimizer holds {len(foreign)} parameters that are not the model's: build it "
            "from model.parameters() after the last change to the model"
        )


def check_loader(loader, name):
    """Raise unless a loader can be measured, is not empty, and can be iterated once an epoch.

    >>> check_loader([], "train")
    Traceback (most recent call last):
    ValueError: train is empty: it has no batch (a DataLoader with drop_last needs a whole one)
    """
    if not hasattr(loader, "__len__") or not hasattr(loader, "__iter__"):
        raise TypeError(
            f"{name} is a sequence of batches with a length, as a DataLoader, got "
            f"{type(loader).__name__}"
        )
    if len(loader) == 0:
        raise ValueError(
            f"{name} is empty: it has no batch (a DataLoader with drop_last needs a whole one)"
        )


def check_batch(batch):
    """Raise unless a batch is a pair (x, y) of as many examples as targets."""
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        size = f" of {len(batch)}" if isinstance(batch, tuple | list) else ""
        raise TypeError(f"a batch is a pair (x, y), got a {type(batch).__name__}{size}")
    x, y = map(size_of, batch)
    if x != y or x == 0:
        raise ValueError(
            f"a batch has as many targets as examples and at least one, got {x} examples and "
            f"{y} targets"
        )


def check_targets(output, y, loss=None):
    """Raise unless class labels are numbers of scores that the model gives.

    >>> check_targets(torch.zeros(2, 5), torch.tensor([3, 9]))
    Traceback (most recent call last):
    ValueError: labels reach 9 but the model gives 5 scores, for classes 0 to 4: build it with \
num_classes of at least 10
    """
    scores, classify = first(output), isinstance(loss, nn.CrossEntropyLoss | nn.NLLLoss)
    if classify and y.shape != scores.shape:
        expected = (*scores.shape[:1], *scores.shape[2:])
        if tuple(y.shape) != expected:
            raise ValueError(f"class labels of shape {expected} expected, got {tuple(y.shape)}")
        if y.dtype not in (torch.int64, torch.uint8):
            raise TypeError(f"class labels are torch.int64, got {y.dtype}: convert with y.long()")
    if not (are_classes(scores, y) or (classify and not y.is_floating_point())):
        return
    ignored = getattr(loss, "ignore_index", -100)
    counted = y[y != ignored]
    if not counted.numel():
        return
    low, high = counted.min().item(), counted.max().item()
    if low < 0:
        raise ValueError(f"labels are 0 or more, got {low}")
    if high >= scores.shape[1]:
        raise ValueError(
            f"labels reach {high} but the model gives {scores.shape[1]} scores, for classes 0 to "
            f"{scores.shape[1] - 1}: build it with num_classes of at least {high + 1}"
        )

"""What a model does with data that it does not learn from."""

import contextlib

import torch

from dlcourse.training import distributed
from dlcourse.training.batch import first, size_of, to_device
from dlcourse.training.checks import check_loader
from dlcourse.training.diagnosis import explain
from dlcourse.training.metrics import READ_EVERY, Tally
from dlcourse.training.position import set_epoch
from dlcourse.training.shares import Share, divide


@contextlib.contextmanager
def evaluating(model):
    """The model in evaluation mode; each of its modules gets back its own mode afterwards.

    >>> model = torch.nn.Sequential(torch.nn.Dropout())
    >>> with evaluating(model):
    ...     print(model[0].training)
    False
    >>> model[0].training
    True
    """
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield model.eval()
    finally:
        for module, mode in modes:
            module.training = mode


@torch.no_grad()
def evaluate(trainer, loader):
    """Means of the loss and the metrics over the batches (x, y) of a loader."""
    check_loader(loader, "loader")
    set_epoch(loader, 0)  # the same examples each time, also of a loader that draws them
    loader, tally = divide(loader), Tally()
    trainer.checked, batch = False, None
    with evaluating(trainer.evaluated) as model:
        try:
            for number, batch in enumerate(loader, 1):
                x, y = to_device(batch, trainer.device, trainer.memory_format)
                output, loss = trainer.forward(model, x, y)
                count = loader.count if isinstance(loader, Share) else size_of(x)
                tally.add(count, trainer.measure(output, loss, y))
                if number % READ_EVERY == 0:
                    tally.collect()
        except Exception as error:
            explain(trainer, error, batch)
            raise
    tally.collect()
    return distributed.add_up(tally).means()


@torch.no_grad()
def predict(trainer, data, batch_size):
    """The model's main output for a tensor, or for the batches of a loader, on the CPU."""
    if isinstance(data, torch.Tensor):
        data = data.split(batch_size)
    check_loader(data, "data")
    outputs = []
    with evaluating(trainer.evaluated) as model, trainer.precision.autocast():
        for batch in data:
            x = batch[0] if isinstance(batch, tuple | list) else batch
            x = to_device(x, trainer.device, trainer.memory_format)
            outputs.append(first(model(x)).cpu())
    return torch.cat(outputs)

"""Go back to before the loss became NaN, and find out why.

A training reads its losses some batches late, since reading each would make the device wait. When
one is NaN, the weights are NaN as well. It then returns to a copy of its state from before, trains
the same batches again, which gives the same weights again, and looks into every layer at the last.
"""

import contextlib
import copy
import math
import time
from collections import Counter

import torch

from dlcourse.training import distributed, state
from dlcourse.training.batch import map_tensors
from dlcourse.training.errors import NonFiniteError
from dlcourse.training.nonfinite import Watch

COPY_EVERY = 60  # seconds of training that a replay repeats at most


class Guard:
    """Looks at the losses of a trainer as they are read; holds what a replay starts from."""

    def __init__(self, trainer):
        self.trainer = trainer

    def keep_copy(self):
        """Copy the trainer's state into the host's memory."""
        captured = state.capture(self.trainer, together=False)
        history = captured.pop("history")  # long, without tensors, and a copy already
        self.copy = {**_to_host(captured), "history": history}
        self.made = time.perf_counter()

    def check(self, losses, train):
        """Raise NonFiniteError unless the losses of the latest batches are finite."""
        bad = [place for place, value in enumerate(losses) if not math.isfinite(value)]
        batch = self.trainer.position.batch - len(losses) + bad[0] if bad else math.inf
        due = time.perf_counter() - self.made > COPY_EVERY
        # All processes have to agree: they go back together, or not at all.
        first, due = distributed.smallest(batch, -float(due))
        if first < math.inf:
            value = losses[bad[0]] if batch == first else math.nan
            raise find_cause(self.trainer, train, self.copy, int(first), value)
        if due:
            self.keep_copy()


def find_cause(trainer, train, earlier, batch, value):
    """The NonFiniteError for a loss of `value` at a batch of this epoch, counted from 0.

    earlier: the trainer's state from before. Trains again from there up to that batch, and watches
    it and the step before it.
    """
    state.restore(trainer, earlier)
    position = trainer.position
    # In float16 a gradient that overflows is nothing unusual: the step is left out.
    watch = Watch(trainer.model, gradients=trainer.precision.scaler is None)
    step = first = position.step - position.batch // trainer.accumulate + 1  # of the epoch
    watched_from = batch - batch % trainer.accumulate - trainer.accumulate
    with contextlib.ExitStack() as stack:
        for item in position.open(train):
            if position.batch >= watched_from and not watch.on:
                stack.enter_context(watch.during(trainer))
            step = position.step + 1
            trainer.train_batch(item, train)
            if watch.found or position.batch > batch:
                break
    found = [each for each in distributed.gather(watch.found) if each]
    cause = found[0] if found else "and it stayed finite when the same batches were trained again"
    epoch, at = position.epoch + 1, first + batch // trainer.accumulate
    cause += f", at step {step}" if found and step != at else ""
    return NonFiniteError(
        f"the loss is {value} at epoch {epoch}, batch {batch + 1} (step {at}): {cause}",
        epoch=epoch,
        batch=batch + 1,
        layer=watch.layer,
    )


def _to_host(values):
    if isinstance(values, torch.Tensor):
        return values.detach().to("cpu", copy=True)
    if isinstance(values, dict):
        held = copy.copy(values)
        if not isinstance(values, Counter):  # its update adds
            held.update({key: _to_host(value) for key, value in values.items()})
        return held
    return map_tensors(_to_host, values)

"""The training loop."""

import contextlib
import time
from pathlib import Path

import torch

from dlcourse.training import distributed, evaluation, state
from dlcourse.training.batch import size_of, to_device
from dlcourse.training.callbacks import Callback, ProgressBar
from dlcourse.training.checkpoint import Checkpoints
from dlcourse.training.checks import check_batch, check_loader, check_optimizer, check_targets
from dlcourse.training.device import choose_device
from dlcourse.training.diagnosis import explain
from dlcourse.training.ema import EMA
from dlcourse.training.history import History
from dlcourse.training.metrics import READ_EVERY, Tally, usual_metrics
from dlcourse.training.position import Position
from dlcourse.training.precision import Precision
from dlcourse.training.replay import Guard
from dlcourse.training.shares import Share, divide
from dlcourse.training.update import Update


class Trainer:
    """Trains a model: `Trainer(model, optimizer, loss).fit(train, epochs=10, validation=test)`.

    model: a module; it moves to the device. optimizer: of `torch.optim`, over its parameters.
    loss(output, y): the mean over a batch, as `nn.CrossEntropyLoss(label_smoothing=0.1)`; output
    is what the model returns, a tuple where it has auxiliary heads.

    device: "auto", "cuda", "mps", "cpu". precision: "float32", "bf16", "fp16" (see `Precision`).
    channels_last: images in the order that convolutions on tensor cores read. compile: True, or
    options of `torch.compile`. scheduler: of `torch.optim.lr_scheduler`, stepped after every
    "step" or "epoch", as schedule_per says. clip_grad_norm, clip_grad_value: the largest norm, the
    largest value of a gradient. accumulate: batches to a step, equal to one batch of their size.
    ema: the decay of an average of the weights (see `EMA`), which is then evaluated.
    metrics: {name: function(output, y)} of means over a batch; by default accuracy, where the
    targets are classes. callbacks: see `Callback`. checkpoint: a folder; checkpoint_every: steps
    between checkpoints, besides one after each epoch. progress: show a bar.

    The losses of 50 batches are read from the device at once. Under `torchrun` each process works
    on its share of each batch (see `dlcourse.training.distributed`).

    >>> x = torch.linspace(-1, 1, 8).reshape(4, 2, 1)
    >>> model = torch.nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    >>> trainer = Trainer(model, optimizer, torch.nn.MSELoss(), progress=False)
    >>> history = trainer.fit(list(zip(x, 3 * x + 1)), epochs=60)
    >>> history.loss[-1] < 1e-3, round(model.bias.item(), 1)
    (True, 1.0)
    """

    def __init__(
        self,
        model,
        optimizer,
        loss,
        *,
        device="auto",
        precision="float32",
        channels_last=False,
        compile=False,
        scheduler=None,
        schedule_per="step",
        clip_grad_norm=None,
        clip_grad_value=None,
        accumulate=1,
        ema=None,
        metrics=None,
        callbacks=(),
        checkpoint=None,
        checkpoint_every=None,
        progress=True,
    ):
        if accumulate < 1:
            raise ValueError(f"accumulate is at least 1 batch a step, got {accumulate}")
        if checkpoint_every is not None and (checkpoint is None or checkpoint_every < 1):
            raise ValueError("checkpoint_every counts steps and needs checkpoint, a folder")
        distributed.start()
        self.device = choose_device(device)
        self.precision = Precision(precision, self.device)
        self.memory_format = torch.channels_last if channels_last else torch.preserve_format
        self.model = getattr(model, "_orig_mod", model)  # of one that is compiled already
        self.model.to(self.device, memory_format=self.memory_format)
        check_optimizer(optimizer, self.model, loss)
        self.optimizer, self.scheduler, self.loss = optimizer, scheduler, loss
        if isinstance(loss, torch.nn.Module):
            loss.to(self.device)
        self.eager = self.network = distributed.wrap(self.model, self.device)
        if compile:  # what training calls; the model keeps its names, and with them its checkpoints
            self.network = torch.compile(self.eager, **(compile if compile is not True else {}))
        self.ema = None if ema is None else EMA(self.model, ema)
        self.update = Update(self, schedule_per, clip_grad_norm, clip_grad_value)
        self.accumulate, self.metrics, self.callbacks = accumulate, metrics, list(callbacks)
        named = isinstance(checkpoint, str | Path)
        self.checkpoints = Checkpoints(checkpoint) if named else checkpoint
        self.checkpoint_every = checkpoint_every
        self.progress = progress and distributed.rank() == 0
        self.history, self.tally, self.position = History(), Tally(), Position()
        self.epochs = self.steps = 0
        self.guard = Guard(self)
        self._alone, self.checked = distributed.world_size() == 1, False

    def fit(self, train, epochs, validation=None, resume=True):
        """Train until the history holds `epochs` epochs, and return it.

        train, validation: batches (x, y), in an iterable with a length, as a DataLoader. resume:
        begin where the newest checkpoint stands, if there is one; False begins anew, and the first
        checkpoint removes those that are there. Called again with more epochs, goes on.

        Raises NonFiniteError where the loss is NaN or infinite, and says where first;
        OutOfMemoryError that names a batch that fits; CheckpointError; ValueError and TypeError
        for data that do not fit the model.
        """
        check_loader(train, "train")
        if validation is not None:
            check_loader(validation, "validation")
        train, self.epochs, self.steps = divide(train), epochs, len(train)
        self.checked, self.position.ended = False, False
        if resume and self.position.step == 0:
            state.resume(self)
        callbacks = [*self.callbacks, ProgressBar()] if self.progress else self.callbacks
        on_step = [c.on_step for c in callbacks if type(c).on_step is not Callback.on_step]
        for callback in callbacks:
            callback.on_start(self)
        try:
            while self.position.epoch < epochs and not self.position.ended:
                self._train_epoch(train, on_step)
                self._end_epoch(validation, callbacks)
        finally:
            for callback in callbacks:
                callback.on_end(self)
        return self.history

    def _train_epoch(self, train, on_step):
        position, batch = self.position, None
        started = time.perf_counter() - position.seconds
        self.network.train()
        self.guard.keep_copy()
        try:
            for batch in position.open(train):
                self.train_batch(batch, train)
                last = position.batch == self.steps
                if last or position.batch % self.accumulate == 0:
                    for call in on_step:
                        call(self)
                    save = self.checkpoint_every and position.step % self.checkpoint_every == 0
                    if save and not last:
                        position.seconds = time.perf_counter() - started
                        self.guard.check(self.tally.collect(), train)
                        state.save(self)
                if position.batch % READ_EVERY == 0:
                    self.guard.check(self.tally.collect(), train)
                if last:
                    break
        except Exception as error:
            explain(self, error, batch)
            raise
        if position.batch < self.steps:
            raise ValueError(f"train has length {self.steps} and gave {position.batch} batches")
        self.guard.check(self.tally.collect(), train)
        position.seconds = time.perf_counter() - started

    def train_batch(self, batch, train):
        """Forward and backward of a batch, and the step where it is the last of its group."""
        if not self.checked:
            check_batch(batch)
        x, y = (to_device(part, self.device, self.memory_format) for part in batch)
        count = total = size_of(x)
        if isinstance(train, Share):
            count, total = train.count, train.total
        place = self.position.batch % self.accumulate
        group = min(self.accumulate, self.steps - self.position.batch + place)
        if place == 0:
            self.optimizer.zero_grad()
            self._seen, self._usual = 0, total * group
        self._seen += total
        last = place + 1 == group
        with contextlib.nullcontext() if last or self._alone else self.network.no_sync():
            output, loss = self.forward(self.network, x, y)
            share = count * distributed.world_size() / self._usual  # of the mean over the group
            scaled = loss if share == 1 else loss * share
            self.precision.scale(scaled).backward()
        self.tally.add(count, self.measure(output, loss, y))
        self.position.batch += 1
        if last:
            self.update.step(self._usual / self._seen)
            self.position.step += 1

    def forward(self, network, x, y):
        with self.precision.autocast():
            output = network(x)
            if not self.checked:
                check_targets(output, y, self.loss)
                self.checked = True
            return output, self.loss(output, y)

    @torch.no_grad()
    def measure(self, output, loss, y):
        """The loss and the metrics of a batch, each a number on the device."""
        if self.metrics is None:
            self.metrics = usual_metrics(output, y)
        values = {name: metric(output, y) for name, metric in self.metrics.items()}
        return {"loss": loss.detach(), **values}

    def _end_epoch(self, validation, callbacks):
        values = distributed.add_up(self.tally).means()
        if validation is not None:
            results = self.evaluate(validation)
            values |= {f"val_{name}": value for name, value in results.items()}
        rate = float(self.optimizer.param_groups[0]["lr"])
        self.history.append(**values, learning_rate=rate, seconds=self.position.seconds)
        self.update.end_epoch(self.history)
        self.tally = Tally()
        self.position.next_epoch()
        verdicts = [callback.on_epoch(self) for callback in callbacks]
        self.position.ended = True in verdicts
        state.save(self)

    def evaluate(self, loader):
        """{"loss": mean, "accuracy": mean, …} over batches (x, y), in evaluation mode."""
        return evaluation.evaluate(self, loader)

    def predict(self, data, batch_size=256):
        """The model's main output for a tensor x, or for the batches of a loader, on the CPU.

        The targets of batches (x, y) are passed over. A tensor is taken in parts of batch_size.
        """
        return evaluation.predict(self, data, batch_size)

    @property
    def evaluated(self):
        """The model that is evaluated: the average of the weights, where there is one."""
        return self.model if self.ema is None else self.ema.model

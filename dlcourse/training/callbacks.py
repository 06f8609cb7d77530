"""What happens beside the training: a progress bar, an early end, and whatever you write."""

import copy

from tqdm.auto import tqdm


class Callback:
    """Called as a training goes on. Override what you need; `trainer` has all there is to see.

    `trainer.model`, `trainer.optimizer`, `trainer.history`, and `trainer.position` with `epoch`,
    `batch` and `step`. on_step is called after each step, so it should be short, and should not
    read a number from the device. on_epoch may return True to end the training. What has to outlive
    a crash goes into `state_dict`: tensors and plain data alone.

    >>> class Watch(Callback):
    ...     def on_epoch(self, trainer):
    ...         print(trainer.history)
    """

    def on_start(self, trainer):
        """Before the first step, and after a checkpoint was read."""

    def on_step(self, trainer):
        """After a step of the optimizer."""

    def on_epoch(self, trainer):
        """After an epoch and its validation. Return True to end the training."""

    def on_end(self, trainer):
        """After the last epoch, also where an error ended it."""

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


class EarlyStopping(Callback):
    """End the training when a quantity has not improved for `patience` epochs.

    monitor: a list of the history, by default the validation loss. An accuracy improves as it
    grows, all else as it shrinks; improves: by more than min_delta. With restore_best the model
    (and its average, where there is one) gets back the weights of the best epoch at the end.

    Raises ValueError for a quantity that the history does not have.

    >>> stop = EarlyStopping(patience=2)
    >>> [stop.worse(loss) for loss in (0.9, 0.5, 0.6, 0.7)]
    [False, False, False, True]
    """

    def __init__(self, monitor="val_loss", patience=5, min_delta=0.0, restore_best=True):
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.restore_best = restore_best
        self.best, self.waited, self.weights = None, 0, None

    def worse(self, value):
        """Take the value of an epoch; True when it is time to end."""
        gain = 0.0 if self.best is None else value - self.best
        gain = gain if "accuracy" in self.monitor else -gain
        if self.best is None or gain > self.min_delta:
            self.best, self.waited = value, 0
        else:
            self.waited += 1
        return self.waited >= self.patience

    def on_epoch(self, trainer):
        if self.monitor not in trainer.history:
            raise ValueError(
                f"EarlyStopping watches {self.monitor!r}, the history has "
                f"{', '.join(trainer.history.keys())}: give fit a validation set or set monitor"
            )
        end = self.worse(trainer.history[self.monitor][-1])
        if self.restore_best and self.waited == 0:
            self.weights = [copy.deepcopy(model.state_dict()) for model in self._models(trainer)]
        return end

    def on_end(self, trainer):
        position = trainer.position
        over = position.ended or position.epoch >= trainer.epochs  # not where an error ended it
        if over and self.weights is not None:
            for model, weights in zip(self._models(trainer), self.weights, strict=True):
                model.load_state_dict(weights)

    def _models(self, trainer):
        return [trainer.model] if trainer.ema is None else [trainer.model, trainer.ema.model]

    def state_dict(self):
        return {"best": self.best, "waited": self.waited, "weights": self.weights}

    def load_state_dict(self, state):
        self.best, self.waited, self.weights = state["best"], state["waited"], state["weights"]


class ProgressBar(Callback):
    """One line: epochs and batches done, batches a second, time left, the latest figures.

    The rate is of this run alone, also where it goes on from a checkpoint.

    >>> ProgressBar(mininterval=1).options["mininterval"]  # of `tqdm`; seconds between two looks
    1
    """

    def __init__(self, **options):
        self.options = {"unit": "batch", "dynamic_ncols": True, "smoothing": 0.1, **options}
        self.bar = None

    def on_start(self, trainer):
        done = trainer.position.epoch * trainer.steps + trainer.position.batch
        self.bar = tqdm(total=trainer.epochs * trainer.steps, initial=done, **self.options)
        self._read = 0

    def on_step(self, trainer):
        self.bar.update(
            trainer.position.batch + trainer.position.epoch * trainer.steps - self.bar.n
        )
        if trainer.tally.count > self._read:  # the figures have just been read anyway
            self._read = trainer.tally.count
            self.bar.set_postfix(trainer.tally.means(), refresh=False)

    def on_epoch(self, trainer):
        self._read = 0
        self.bar.set_postfix_str(str(trainer.history), refresh=True)

    def on_end(self, trainer):
        self.bar.close()

"""A step of the optimizer and all that goes with it."""

import warnings

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.lr_scheduler import ReduceLROnPlateau


class Update:
    """Clips the gradients, steps the optimizer, the schedule and the average of the weights."""

    def __init__(self, trainer, schedule_per, clip_grad_norm, clip_grad_value):
        if schedule_per not in ("step", "epoch"):
            raise ValueError(f"schedule_per is 'step' or 'epoch', got {schedule_per!r}")
        for name, limit in (("norm", clip_grad_norm), ("value", clip_grad_value)):
            if limit is not None and not limit > 0:
                raise ValueError(f"clip_grad_{name} is above 0, got {limit}")
        self.optimizer, self.scheduler = trainer.optimizer, trainer.scheduler
        self.scaler, self.ema = trainer.precision.scaler, trainer.ema
        self.clip_grad_norm, self.clip_grad_value = clip_grad_norm, clip_grad_value
        self.per_step = self.scheduler is not None and schedule_per == "step"
        self.per_epoch = self.scheduler is not None and schedule_per == "epoch"
        if self.per_step and isinstance(self.scheduler, ReduceLROnPlateau):
            raise ValueError("ReduceLROnPlateau looks at epochs: pass schedule_per='epoch'")

    def step(self, rescale=1.0):
        """Take a step; the gradients are first multiplied by `rescale`."""
        if self.scaler is not None and (self.clip_grad_norm or self.clip_grad_value):
            self.scaler.unscale_(self.optimizer)  # a limit is meant for the gradients themselves
        if rescale != 1.0:
            torch._foreach_mul_([p.grad for p in self._parameters() if p.grad is not None], rescale)
        if self.clip_grad_value is not None:
            clip_grad_value_(self._parameters(), self.clip_grad_value)
        if self.clip_grad_norm is not None:
            clip_grad_norm_(self._parameters(), self.clip_grad_norm)
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        if self.per_step:
            self._schedule()
        if self.ema is not None:
            self.ema.update()

    def end_epoch(self, history):
        """Step a schedule that counts epochs; one that waits for a plateau sees the last loss."""
        if not self.per_epoch:
            return
        if isinstance(self.scheduler, ReduceLROnPlateau):
            watched = "val_loss" if "val_loss" in history else "loss"
            self.scheduler.step(history[watched][-1])
        else:
            self._schedule()

    def _schedule(self):
        if self.scaler is None:
            self.scheduler.step()
            return
        with warnings.catch_warnings():
            # The first steps in float16 overflow and are left out while the scale is found.
            warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step", UserWarning)
            self.scheduler.step()

    def _parameters(self):
        return [p for group in self.optimizer.param_groups for p in group["params"]]

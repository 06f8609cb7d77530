"""Every schedule equal to PyTorch's, step by step."""

import math
import warnings

import numpy as np
import pytest
import torch

from dlcourse import nn, optim
from dlcourse.optim import lr_scheduler

T = torch.optim.lr_scheduler
SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [2, 5, 5, 9], "gamma": 0.3}),
    ("ExponentialLR", {"gamma": 0.8}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.9, "total_iters": 6}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 25}),
    ("OneCycleLR", {"max_lr": [0.7, 0.1], "epochs": 5, "steps_per_epoch": 5}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 30, "three_phase": True, "pct_start": 0.4}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 25, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 25, "cycle_momentum": False, "div_factor": 5.0}),
]


def optimizers(name="SGD", **settings):
    ours = [{"params": nn.Parameter(np.ones(1))}, {"params": nn.Parameter(np.ones(1)), "lr": 0.03}]
    theirs = [{"params": [torch.ones(1)]}, {"params": [torch.ones(1)], "lr": 0.03}]
    return (
        getattr(optim, name)(ours, lr=0.2, **settings),
        getattr(torch.optim, name)(theirs, lr=0.2, **settings),
    )


def compare(ours, theirs, scheduler, their_scheduler, steps):
    for step in range(steps):
        rates = [group["lr"] for group in theirs.param_groups]
        np.testing.assert_allclose(scheduler.get_last_lr(), rates, rtol=1e-9, err_msg=f"t={step}")
        for key in ("momentum", "betas"):
            for our, their in zip(ours.param_groups, theirs.param_groups, strict=True):
                if key in our:
                    np.testing.assert_allclose(our[key], their[key], rtol=1e-9)
        if step < steps - 1:
            scheduler.step()
            with warnings.catch_warnings():  # PyTorch misses the optimizer's own steps
                warnings.simplefilter("ignore", UserWarning)
                their_scheduler.step()


@pytest.mark.parametrize(("name", "settings"), SCHEDULES, ids=str)
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_equals_pytorch(name, settings, optimizer):
    ours, theirs = optimizers(optimizer, **({"momentum": 0.9} if optimizer == "SGD" else {}))
    scheduler = getattr(lr_scheduler, name)(ours, **settings)
    their_scheduler = getattr(T, name)(theirs, **settings)
    compare(ours, theirs, scheduler, their_scheduler, 26)


def test_warm_up_then_cosine_equals_pytorch():
    ours, theirs = optimizers()
    parts = [
        lr_scheduler.LinearLR(ours, 0.1, total_iters=4),
        lr_scheduler.CosineAnnealingLR(ours, 10),
        lr_scheduler.ExponentialLR(ours, 0.5),
    ]
    their_parts = [
        T.LinearLR(theirs, 0.1, total_iters=4),
        T.CosineAnnealingLR(theirs, 10),
        T.ExponentialLR(theirs, 0.5),
    ]
    scheduler = lr_scheduler.SequentialLR(ours, parts, [4, 12])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        their_scheduler = T.SequentialLR(theirs, their_parts, [4, 12])
    compare(ours, theirs, scheduler, their_scheduler, 18)


def test_inverse_time_follows_its_formula():
    ours, _ = optimizers()
    scheduler = lr_scheduler.InverseTimeLR(ours, decay=0.5)
    for t in range(5):
        np.testing.assert_allclose(scheduler.get_last_lr(), [0.2 / (1 + t / 2), 0.03 / (1 + t / 2)])
        scheduler.step()


def test_exponential_decay_is_the_e_of_the_textbooks():
    ours, _ = optimizers()
    scheduler = lr_scheduler.ExponentialLR(ours, gamma=math.exp(-0.3))
    for _ in range(6):
        scheduler.step()
    assert scheduler.get_last_lr()[0] == pytest.approx(0.2 * math.exp(-1.8))


def test_a_schedule_goes_on_from_its_state():
    first, _ = optimizers()
    scheduler = lr_scheduler.CosineAnnealingLR(first, 10)
    for _ in range(4):
        scheduler.step()
    second, _ = optimizers()
    resumed = lr_scheduler.CosineAnnealingLR(second, 10)
    resumed.load_state_dict(scheduler.state_dict())
    assert resumed.get_last_lr() == scheduler.get_last_lr()
    scheduler.step()
    resumed.step()
    assert resumed.get_last_lr() == scheduler.get_last_lr()


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda o: lr_scheduler.StepLR(None, 1), TypeError, "Optimizer, got NoneType"),
        (lambda o: lr_scheduler.StepLR(o, 0), ValueError, "step_size must be at least 1, got 0"),
        (lambda o: lr_scheduler.LinearLR(o, start_factor=0), ValueError, "start_factor"),
        (lambda o: lr_scheduler.OneCycleLR(o, 0.1), ValueError, "total_steps, or epochs"),
        (lambda o: lr_scheduler.OneCycleLR(o, [0.1] * 3, 5), ValueError, "3 max_lr for 2 groups"),
        (lambda o: lr_scheduler.SequentialLR(o, [], []), ValueError, "0 schedulers"),
        (lambda o: lr_scheduler.LRScheduler(o), NotImplementedError, "factor"),
    ],
)
def test_refusals_name_what_was_expected(call, error, says):
    with pytest.raises(error, match=says.replace("(", r"\(")):
        call(optimizers()[0])


def test_a_cycle_ends():
    scheduler = lr_scheduler.OneCycleLR(optimizers(momentum=0.9)[0], 0.1, total_steps=3)
    for _ in range(3):  # one after each batch
        scheduler.step()
    with pytest.raises(ValueError, match="step 4 of 3"):
        scheduler.step()

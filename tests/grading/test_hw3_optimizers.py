"""hw3's model answers walk as PyTorch's optimizers do, and its curves show what its answer says."""

import numpy as np
import pytest
import torch

from dlcourse.grading.restore import cell_name
from tests.grading.homework import load

CURVATURES = np.array([[1.0, 20.0, 0.3], [5.0, 0.01, 2.0]])
START = np.array([[1.0, -0.5, 2.0], [0.3, 1.0, -1.0]])


@pytest.fixture(scope="module")
def answers():
    """What the notebook's code defines, the model answers filled in."""
    homework, space = load("hw3"), {}
    for cell in homework.solution.cells:
        name = cell_name(cell)
        if cell.cell_type == "code" and name and not cell.metadata.nbgrader.grade:
            exec(compile(homework.answers.get(name, cell.source), name, "exec"), space)
    return space


@pytest.mark.parametrize(
    ("step", "settings", "optimizer", "options"),
    [
        ("sgd_step", {"lr": 0.05}, "SGD", {"lr": 0.05}),
        ("momentum_step", {"lr": 0.01}, "SGD", {"lr": 0.01, "momentum": 0.9}),
        (
            "nesterov_step",
            {"lr": 0.02, "momentum": 0.7},
            "SGD",
            {"lr": 0.02, "momentum": 0.7, "nesterov": True},
        ),
        ("adagrad_step", {"lr": 0.3}, "Adagrad", {"lr": 0.3}),
        ("adagrad_step", {"lr": 0.3, "eps": 0.5}, "Adagrad", {"lr": 0.3, "eps": 0.5}),
        ("rmsprop_step", {"lr": 0.02}, "RMSprop", {"lr": 0.02}),
        (
            "rmsprop_step",
            {"lr": 0.02, "alpha": 0.9, "eps": 0.1},
            "RMSprop",
            {"lr": 0.02, "alpha": 0.9, "eps": 0.1},
        ),
        ("adam_step", {"lr": 0.1}, "Adam", {"lr": 0.1}),
        (
            "adam_step",
            {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.2},
            "Adam",
            {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.2},
        ),
        (
            "decay_step",
            {"lr": 0.1, "weight_decay": 0.4, "decoupled": False},
            "Adam",
            {"lr": 0.1, "weight_decay": 0.4},
        ),
        (
            "decay_step",
            {"lr": 0.1, "weight_decay": 0.4, "decoupled": True},
            "AdamW",
            {"lr": 0.1, "weight_decay": 0.4},
        ),
    ],
)
def test_a_step_is_pytorchs(answers, step, settings, optimizer, options):
    path = answers["descend"](answers[step], lambda w: CURVATURES * w, START, 40, **settings)
    w = torch.tensor(START, requires_grad=True)
    walker = getattr(torch.optim, optimizer)([w], **options)
    for here in path:
        np.testing.assert_allclose(here, w.detach().numpy(), rtol=1e-9, atol=1e-12)
        w.grad = torch.from_numpy(CURVATURES) * w.detach()
        walker.step()


def rates_of(make, steps, base=0.7):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


def test_schedules_are_pytorchs(answers):
    schedulers = torch.optim.lr_scheduler
    times = range(31)
    for got, make in [
        (
            [answers["step_decay"](t, 0.7, 7, 0.3) for t in times],
            lambda o: schedulers.StepLR(o, step_size=7, gamma=0.3),
        ),
        (
            [answers["exponential_decay"](t, 0.7, 0.9) for t in times],
            lambda o: schedulers.ExponentialLR(o, gamma=0.9),
        ),
        (
            [answers["inverse_time_decay"](t, 0.7, 0.2) for t in times],
            lambda o: schedulers.LambdaLR(o, lambda n: 1 / (1 + 0.2 * n)),
        ),
        (
            [answers["cosine_with_warmup"](t, 0.7, 0, 30, 0.1) for t in times],
            lambda o: schedulers.CosineAnnealingLR(o, T_max=30, eta_min=0.1),
        ),
        (
            # From the last step of the warm-up on.
            [answers["cosine_with_warmup"](t, 0.7, 6, 30) for t in range(5, 31)],
            lambda o: schedulers.SequentialLR(
                o,
                [
                    schedulers.ConstantLR(o, factor=1.0),
                    schedulers.CosineAnnealingLR(o, T_max=24),
                ],
                milestones=[1],
            ),
        ),
    ]:
        np.testing.assert_allclose(got, rates_of(make, len(got)), rtol=1e-9, atol=1e-12)


def test_clipping_is_pytorchs(answers):
    rng = np.random.default_rng(0)
    gradients = [rng.normal(size=(3, 2)), rng.normal(size=4)]
    for max_norm in (0.5, 100.0):
        parameters = [torch.zeros(g.shape, dtype=torch.double) for g in gradients]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = torch.from_numpy(gradient.copy())
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        clipped, got = answers["clip_by_norm"](gradients, max_norm)
        assert got == pytest.approx(norm.item())
        for one, parameter in zip(clipped, parameters, strict=True):
            np.testing.assert_allclose(one, parameter.grad.numpy(), rtol=1e-5)


def test_plain_descent_cannot_cross_the_valley(answers):
    """Question 14 says so: no rate of a fine grid comes below 0.9 in 100 steps."""
    with np.errstate(all="ignore"):
        losses, _ = answers["sweep"](
            answers["sgd_step"],
            answers["digits_loss"],
            np.zeros((64, 10)),
            list(np.geomspace(0.1, 1.0, 12)),
            100,
        )
    assert min(losses) > 0.9


def test_the_curves_show_what_the_answer_says(answers):
    train = {run: both[:, 0] for run, both in answers["curves"].items()}
    valid = {run: both[:, 1] for run, both in answers["curves"].items()}
    found = {cause: run for run, cause in answers["diagnosis"]().items()}
    assert set(found) <= set(answers["DIAGNOSES"])

    fine = found["fine"]
    assert train[fine][-1] < 0.1
    assert valid[fine][-1] < 0.15

    slow = train[found["rate too small"]]
    assert (np.diff(slow) < 0).all()
    assert np.diff(slow)[-1] < 0.5 * np.diff(slow)[0]  # half of the first descent, still
    assert slow[-1] > 1.5

    ratios = train[found["diverges"]][1:] / train[found["diverges"]][:-1]
    assert (ratios > 1).all()
    assert np.ptp(ratios[-5:]) < 0.01

    grown = found["overfits"]
    assert train[grown][-1] < 0.01
    assert valid[grown][-1] > 1.5 * valid[grown][0]

    held = found["decay too strong"]
    assert np.ptp(train[held][3:]) < 0.04
    assert train[held].min() > 1.5
    assert np.abs(valid[held] - train[held]).max() < 0.03

    def noise(run, epochs):
        return np.abs(np.diff(valid[run][epochs])).mean()

    cut, jumps = found["rate cut"], found["rate too large"]
    assert noise(cut, slice(0, 15)) > 8 * noise(cut, slice(15, 30))
    assert noise(jumps, slice(15, 30)) > 8 * noise(cut, slice(15, 30))

    wave = train[found["momentum too high"]]
    lows = [n for n in range(1, 29) if wave[n] < min(wave[n - 1], wave[n + 1])]
    assert set(np.diff(lows)) <= {5, 6, 7}  # a rhythm

"""The training loop, against loops written by hand."""

import io

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import training
from tests.training.loops import batches, by_hand, net, same_weights, trainer


def test_the_same_weights_and_losses_as_a_loop_by_hand():
    data, ours, theirs = batches(), net(), net()
    history = trainer(ours, torch.optim.Adam(ours.parameters())).fit(data, epochs=3)
    losses = by_hand(theirs, torch.optim.Adam(theirs.parameters()), data, 3)
    assert history.loss == pytest.approx(losses, rel=1e-6)
    assert same_weights(ours, theirs)


def test_clipping_and_a_schedule_a_step_as_by_hand():
    data, ours, theirs = batches(), net(), net()
    optimizers = [torch.optim.SGD(m.parameters(), lr=0.5) for m in (ours, theirs)]
    schedules = [lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=18) for o in optimizers]
    history = trainer(ours, optimizers[0], scheduler=schedules[0], clip_grad_norm=0.1).fit(data, 3)

    def clip():
        nn.utils.clip_grad_norm_(theirs.parameters(), 0.1)

    by_hand(theirs, optimizers[1], data, 3, clip=clip, after_step=schedules[1].step)
    assert same_weights(ours, theirs)
    assert history.learning_rate[-1] == optimizers[1].param_groups[0]["lr"]

    ours, theirs = net(), net()
    trainer(ours, torch.optim.SGD(ours.parameters(), 0.5), clip_grad_value=0.01).fit(data, 1)

    def clip_values():
        nn.utils.clip_grad_value_(theirs.parameters(), 0.01)

    by_hand(theirs, torch.optim.SGD(theirs.parameters(), 0.5), data, 1, clip=clip_values)
    assert same_weights(ours, theirs)


def test_a_schedule_an_epoch_and_one_that_waits_for_a_plateau():
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    steps = lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    history = trainer(model, optimizer, scheduler=steps, schedule_per="epoch").fit(batches(), 3)
    assert history.learning_rate == [1.0, 0.5, 0.25]
    for group in optimizer.param_groups:
        group["lr"] = 0.0  # nothing can improve
    optimizer.param_groups[0]["lr"] = 1e-12
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.1, eps=0)
    again = trainer(model, optimizer, scheduler=plateau, schedule_per="epoch")
    again.fit(batches(), 4, validation=batches(seed=1))
    assert optimizer.param_groups[0]["lr"] < 1e-12
    with pytest.raises(ValueError, match="looks at epochs: pass schedule_per='epoch'"):
        trainer(model, optimizer, scheduler=plateau)


@pytest.mark.parametrize("last", [8, 3], ids=["equal", "the last batch smaller"])
def test_accumulated_batches_are_one_batch_of_their_size(last):
    data = batches(count=7, dtype=torch.float64)
    data[-2] = tuple(part[:last] for part in data[-2])
    ours, theirs = net(dtype=torch.float64), net(dtype=torch.float64)
    trainer(ours, torch.optim.SGD(ours.parameters(), 0.1), accumulate=3).fit(data, 2)
    groups = [data[0:3], data[3:6], data[6:]]  # the last one is what is left over
    merged = [tuple(map(torch.cat, zip(*group, strict=True))) for group in groups]
    by_hand(theirs, torch.optim.SGD(theirs.parameters(), 0.1), merged, 2)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14)


def test_evaluation_is_by_the_averaged_weights_where_there_are_any():
    data, test, ours, theirs = batches(), batches(seed=1), net(), net()
    trained = trainer(ours, ema=0.99)
    history = trained.fit(data, 2, validation=test)
    steps = iter(range(1, 1000))

    def average(average, value, _):
        step = next(counts)
        decay = min(0.99, (1 + step) / (10 + step))
        return decay * average + (1 - decay) * value

    # PyTorch's own averaging begins by copying; ours begins with the weights at the start.
    mean = AveragedModel(theirs, avg_fn=average)
    mean.update_parameters(theirs)
    parameters = len(list(theirs.parameters()))
    counts = (step for step in steps for _ in range(parameters))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=0.9)
    by_hand(theirs, optimizer, data, 2, after_step=lambda: mean.update_parameters(theirs))
    for a, b in zip(trained.ema.model.parameters(), mean.module.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    with torch.no_grad():
        scores = torch.cat([mean(x) for x, _ in test])
    y = torch.cat([y for _, y in test])
    assert history.val_loss[-1] == pytest.approx(nn.functional.cross_entropy(scores, y).item())
    assert history.val_accuracy[-1] == pytest.approx((scores.argmax(1) == y).float().mean().item())


def test_labels_are_smoothed_by_the_loss():
    data, ours, theirs = batches(), net(), net()
    smooth = nn.CrossEntropyLoss(label_smoothing=0.2)
    history = trainer(ours, torch.optim.SGD(ours.parameters(), 0.1), smooth).fit(data, 1)

    def by_definition(scores, y):
        wanted = torch.full_like(scores, 0.2 / 3)
        wanted[range(len(y)), y] += 0.8
        return -(wanted * scores.log_softmax(1)).sum(1).mean()

    losses = by_hand(theirs, torch.optim.SGD(theirs.parameters(), 0.1), data, 1, loss=by_definition)
    assert history.loss == pytest.approx(losses, rel=1e-5)


def test_a_model_with_an_auxiliary_head():
    class TwoHeads(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head, self.side = nn.Linear(5, 4), nn.Linear(4, 3), nn.Linear(4, 3)

        def forward(self, x):
            h = self.body(x).relu()
            return (self.head(h), self.side(h)) if self.training else self.head(h)

    def loss(output, y):
        if isinstance(output, tuple):
            return sum(w * nn.functional.cross_entropy(s, y) for w, s in zip((1, 0.3), output))  # noqa: B905
        return nn.functional.cross_entropy(output, y)

    trained = trainer(TwoHeads(), loss=loss)
    history = trained.fit(batches(), 2, validation=batches(seed=1))
    assert set(history.keys()) >= {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert trained.predict(batches()[0][0]).shape == (8, 3)


def test_other_metrics_and_targets_that_are_no_classes():
    x = torch.linspace(-1, 1, 32).reshape(4, 8, 1)
    data = list(zip(x, 2 * x, strict=True))
    model = nn.Linear(1, 1)

    def largest(output, y):
        return (output - y).abs().max()

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = trainer(model, optimizer, nn.MSELoss(), metrics={"largest": largest}).fit(data, 5)
    assert len(history.largest) == 5
    assert history.largest[-1] < history.largest[0]
    plain = trainer(model, optimizer, nn.MSELoss()).fit(data, 1)
    assert "accuracy" not in plain


def test_nothing_is_read_from_the_device_within_50_batches(monkeypatch):
    """On a GPU each of these calls would wait for all work given to it."""
    reads = []
    for name in ("item", "tolist", "cpu", "numpy", "__bool__", "__float__", "__int__"):
        real = getattr(torch.Tensor, name)

        def watched(self, *args, real=real, name=name):
            reads.append(name)
            return real(self, *args)

        monkeypatch.setattr(torch.Tensor, name, watched)
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = lr_scheduler.CosineAnnealingLR(optimizer, 1000)
    bar = training.ProgressBar(file=io.StringIO())
    within = []

    class Between(training.Callback):
        def on_step(self, trainer):
            within.append(len(reads))

    options = {"clip_grad_norm": 1.0, "accumulate": 1, "ema": 0.9, "scheduler": schedule}
    trainer(model, optimizer, callbacks=[Between(), bar], **options).fit(batches(120), 1)
    # After the first step, where the batch is checked, to the reading of batch 50; and on.
    for start, stop in ((0, 49), (50, 99), (100, 119)):
        assert within[start] == within[stop], reads
    assert within[49] < within[50]  # it does see that reading


def test_fit_again_goes_on_and_a_finished_training_does_nothing():
    data, ours, theirs = batches(), net(), net()
    trained = trainer(ours)
    trained.fit(data, 2)
    history = trained.fit(data, 5)
    trainer(theirs).fit(data, 5)
    assert len(history) == 5
    assert same_weights(ours, theirs)
    assert len(trained.fit(data, 5)) == 5
    assert same_weights(ours, theirs)


def test_modes_are_put_back_after_an_evaluation():
    model = nn.Sequential(nn.Linear(5, 3), nn.Dropout(), nn.BatchNorm1d(3))
    trained = trainer(model)
    model.train()
    model[2].eval()
    statistics = model[2].running_mean.clone()
    trained.evaluate(batches())
    assert [m.training for m in model] == [True, True, False]
    assert torch.equal(model[2].running_mean, statistics)


def test_predict_is_the_model_in_evaluation_mode():
    model = nn.Sequential(nn.Linear(5, 3), nn.Dropout())
    trained, data = trainer(model), batches()
    x = torch.cat([x for x, _ in data])
    expected = model.eval()(x)
    torch.testing.assert_close(trained.predict(x, batch_size=7), expected)
    torch.testing.assert_close(trained.predict(data), expected)
    torch.testing.assert_close(trained.predict(DataLoader(TensorDataset(x), 10)), expected)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_sixteen_bits_compute_in_sixteen_and_keep_weights_in_32(precision):
    seen = []

    class Layer(nn.Linear):
        def forward(self, x):
            output = super().forward(x)
            seen.append(output.dtype)
            return output

    torch.manual_seed(0)
    model = nn.Sequential(Layer(5, 16), nn.Tanh(), Layer(16, 3))
    easy = [(x, (x[:, 0] > 0).long()) for x, _ in batches(30)]
    history = trainer(model, precision=precision, clip_grad_norm=1.0).fit(easy, 6)
    assert set(seen) == {training.Precision(precision, torch.device("cpu")).dtype}
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert history.accuracy[-1] > 0.9


def test_a_limit_on_gradients_means_the_gradients_themselves_in_fp16():
    """The scale of the loss, 65536 at first, must be divided out before the clipping."""
    data, ours, theirs = batches(1), net(), net()
    trainer(
        ours, torch.optim.SGD(ours.parameters(), 1.0), precision="fp16", clip_grad_norm=0.1
    ).fit(data, 1)
    trainer(theirs, torch.optim.SGD(theirs.parameters(), 1.0), clip_grad_norm=0.1).fit(data, 1)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=2e-3)


def test_images_in_channels_last_give_the_same():
    torch.manual_seed(0)
    data = [(torch.randn(4, 3, 8, 8), torch.randint(3, (4,))) for _ in range(3)]

    def build():
        torch.manual_seed(1)
        return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 3))

    formats = []
    ours, theirs = build(), build()
    ours[0].register_forward_pre_hook(
        lambda m, x: formats.append(x[0].is_contiguous(memory_format=torch.channels_last))
    )
    trainer(ours, channels_last=True).fit(data, 2)
    trainer(theirs).fit(data, 2)
    assert all(formats)
    assert ours[0].weight.is_contiguous(memory_format=torch.channels_last)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_a_compiled_training_has_the_names_of_the_plain_one(tmp_path):
    data, ours, theirs = batches(), net(), net()
    compiled = {"backend": "eager"}  # the capture without the code that it would generate
    trainer(ours, compile=compiled, checkpoint=tmp_path).fit(data, 2, validation=data)
    trainer(theirs).fit(data, 2)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    state, _ = training.Checkpoints(tmp_path).load()
    assert list(state["model"]) == list(theirs.state_dict())
    # A model that came compiled is kept under its own names as well.
    model = torch.compile(net(), **compiled)
    came_compiled = trainer(model)
    came_compiled.fit(data, 1)
    assert list(came_compiled.model.state_dict()) == list(theirs.state_dict())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")
def test_compiled_code_trains_as_the_plain_does():
    data, ours, theirs = batches(), net(), net()
    trainer(ours, compile=True).fit(data, 2)
    trainer(theirs).fit(data, 2)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_settings_that_mean_nothing_are_refused(tmp_path):
    for options, message in (
        ({"accumulate": 0}, "at least 1 batch a step, got 0"),
        ({"schedule_per": "year"}, "'step' or 'epoch', got 'year'"),
        ({"precision": "int8"}, "precision is 'float32', 'bf16', 'fp16', got 'int8'"),
        ({"device": "abacus"}, "device is 'auto', 'cuda', 'mps' or 'cpu', got 'abacus'"),
        ({"clip_grad_norm": 0}, "clip_grad_norm is above 0, got 0"),
        ({"checkpoint_every": 5}, "needs checkpoint, a folder"),
        ({"ema": 1.0}, r"decay lies in \[0, 1\), got 1.0"),
    ):
        with pytest.raises(ValueError, match=message):
            trainer(net(), **options)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no cuda device on this machine: use device='auto'"):
        trainer(net(), device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("precision", ["float32", "bf16", "fp16"])
def test_on_a_gpu_it_learns_and_repeats_itself(precision):
    def run():
        training.deterministic(0)
        model = net()
        data = DataLoader(
            TensorDataset(*map(torch.cat, zip(*batches(40), strict=True))), 8, pin_memory=True
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=True)
        trainer(model, optimizer, device="cuda", precision=precision).fit(data, 2)
        return model

    assert same_weights(run(), run())

"""What happens beside a training."""

import io
import re

import pytest
import torch

from dlcourse import training
from tests.training.loops import batches, by_hand, net, same_weights, trainer


class Values(training.Callback):
    """Puts given values into the history, in the place of the validation's."""

    def __init__(self, values):
        self.values, self.weights = values, []

    def on_epoch(self, trainer):
        trainer.history.append(val_loss=self.values[len(trainer.history) - 1])
        state = trainer.model.state_dict()
        self.weights.append({name: value.clone() for name, value in state.items()})


def test_it_ends_early_and_the_best_weights_come_back():
    values = Values([0.9, 0.5, 0.6, 0.55, 0.4])
    model = net()
    history = trainer(model, callbacks=[values, training.EarlyStopping(patience=2)]).fit(
        batches(), 10
    )
    assert len(history.loss) == 4
    for name, value in model.state_dict().items():
        assert torch.equal(value, values.weights[1][name])


@pytest.mark.parametrize(
    ("monitor", "values", "options", "epochs"),
    [
        ("val_loss", [3.0, 2.0, 1.0, 0.5, 0.4], {"patience": 1}, 5),
        ("val_loss", [3.0, 2.95, 2.91, 1.0, 1.0], {"patience": 2, "min_delta": 0.1}, 3),
        ("val_accuracy", [0.1, 0.2, 0.15, 0.9, 0.9], {"patience": 1}, 3),
        ("val_accuracy", [0.1, 0.2, 0.15, 0.9, 0.9], {"patience": 2}, 5),
    ],
)
def test_patience(monitor, values, options, epochs):
    stop = training.EarlyStopping(monitor, **options)
    verdicts = [stop.worse(value) for value in values]
    assert (verdicts.index(True) + 1 if True in verdicts else len(values)) == epochs


def test_without_a_validation_set_it_says_what_is_missing():
    with pytest.raises(ValueError, match="EarlyStopping watches 'val_loss', the history has loss"):
        trainer(net(), callbacks=[training.EarlyStopping()]).fit(batches(), 1)


def test_an_early_end_is_remembered_by_the_checkpoint(tmp_path):
    def run():
        callbacks = [Values([1.0, 2.0, 3.0, 4.0]), training.EarlyStopping(patience=2)]
        trained = trainer(net(), checkpoint=tmp_path, callbacks=callbacks)
        return trained, trained.fit(batches(), 10)

    first, history = run()
    again, same = run()
    assert (len(history.loss), len(same.loss)) == (3, 3)
    assert same_weights(first.model, again.model)


def test_callbacks_are_called_in_their_order():
    calls = []

    class Log(training.Callback):
        def on_start(self, trainer):
            calls.append("start")

        def on_step(self, trainer):
            calls.append(trainer.position.step)

        def on_epoch(self, trainer):
            calls.append(f"epoch {trainer.position.epoch}")

        def on_end(self, trainer):
            calls.append("end")

    trainer(net(), callbacks=[Log()], accumulate=2).fit(batches(3), 2)
    assert calls == ["start", 1, 2, "epoch 1", 3, 4, "epoch 2", "end"]


def test_on_end_is_called_also_where_an_error_ends_it():
    calls = []

    class Fails(training.Callback):
        def on_step(self, trainer):
            raise KeyboardInterrupt

        def on_end(self, trainer):
            calls.append("end")

    with pytest.raises(KeyboardInterrupt):
        trainer(net(), callbacks=[Fails()]).fit(batches(3), 2)
    assert calls == ["end"]


def test_the_bar_shows_rate_time_left_and_figures():
    text = io.StringIO()
    bar = training.ProgressBar(file=text, ncols=200, mininterval=0, dynamic_ncols=False)
    trainer(net(), callbacks=[bar]).fit(batches(60), 2, validation=batches())
    lines = text.getvalue().split("\r")
    assert any(re.search(r"\d/120 \[\d\d:\d\d<\d\d:\d\d, .*batch/s", line) for line in lines)
    assert "120/120" in lines[-1]
    assert "loss=" in text.getvalue()  # within the epoch, once losses were read
    assert "epoch 2: loss" in lines[-1]
    assert "validation accuracy" in lines[-1]


def test_a_bar_by_default_and_none_on_demand(capsys):
    model = net()
    trainer(model, progress=True).fit(batches(), 1)
    assert "6/6" in capsys.readouterr().err
    trainer(model).fit(batches(), 1)
    assert capsys.readouterr().err == ""


def test_a_history_is_lists_that_can_be_drawn():
    history = training.History(loss=[0.9, 0.4, 0.5], val_accuracy=[0.2, 0.7, 0.6])
    assert (history.best("loss"), history.best("val_accuracy")) == (2, 2)
    assert str(history) == "epoch 3: loss 0.5, validation accuracy 60.00%"
    assert str(training.History()) == "no epoch yet"
    assert "loss" in history
    with pytest.raises(KeyError, match="the history has loss, val_accuracy, no accuracy"):
        history["accuracy"]
    with pytest.raises(AttributeError, match="has no 'accuracy'"):
        _ = history.accuracy
    again = training.History()
    again.load_state_dict(history.state_dict())
    assert again == history


def test_the_figures_of_the_course_draw_it():
    viz = pytest.importorskip("dlcourse.viz")
    model = net()
    history = trainer(model).fit(batches(), 3, validation=batches(seed=1))
    figure = viz.training_curves(history, ("loss", "accuracy"))
    drawn = figure.axes[0].lines[0].get_ydata()
    other = net()
    losses = by_hand(other, torch.optim.SGD(other.parameters(), 0.1, 0.9), batches(), 3)
    assert list(drawn) == pytest.approx(losses)

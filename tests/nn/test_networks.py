"""Whole networks: equal to the same in PyTorch, right gradients, and they learn."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn as tnn

from dlcourse import data, nn, optim
from dlcourse.nn.networks import CharLSTM, LeNet5, ResNet8, TransformerClassifier


class TorchResidual(tnn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + (x if self.shortcut is None else self.shortcut(x))


class TorchCharLSTM(tnn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = tnn.Embedding(7, 4)
        self.lstm = tnn.LSTM(4, 5, 2, batch_first=True)
        self.output = tnn.Linear(5, 7)

    def forward(self, x):
        return self.output(self.lstm(self.embedding(x))[0]).transpose(1, 2)


class TorchTransformer(tnn.Module):
    def __init__(self, per_token):
        super().__init__()
        self.per_token = per_token
        self.embedding = tnn.Embedding(7, 8)
        layers = [
            tnn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True, norm_first=True)
            for _ in range(2)
        ]
        self.layers = tnn.Sequential(*layers)
        self.norm = tnn.LayerNorm(8)
        self.output = tnn.Linear(8, 3)

    def forward(self, x):
        places = torch.empty(x.shape[1], 8, dtype=torch.float64)
        for t in range(x.shape[1]):
            for i in range(4):
                places[t, 2 * i] = np.sin(t / 10000 ** (2 * i / 8))
                places[t, 2 * i + 1] = np.cos(t / 10000 ** (2 * i / 8))
        z = self.norm(self.layers(self.embedding(x) * 8**0.5 + places))
        return self.output(z).transpose(1, 2) if self.per_token else self.output(z.mean(dim=1))


def torch_lenet5(activation, pool):
    modules = {
        "C1": tnn.Conv2d(1, 6, 5),
        "a1": activation(),
        "S2": pool(2),
        "C3": tnn.Conv2d(6, 16, 5),
        "a3": activation(),
        "S4": pool(2),
        "flatten": tnn.Flatten(),
        "C5": tnn.Linear(400, 120),
        "a5": activation(),
        "F6": tnn.Linear(120, 84),
        "a6": activation(),
        "output": tnn.Linear(84, 10),
    }
    return tnn.Sequential(OrderedDict(modules))


def torch_resnet8():
    def conv_and_norm(inputs, outputs, size, stride=1):
        return (
            tnn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False),
            tnn.BatchNorm2d(outputs),
        )

    def block(inputs, outputs, stride):
        body = tnn.Sequential(
            *conv_and_norm(inputs, outputs, 3, stride),
            tnn.ReLU(),
            *conv_and_norm(outputs, outputs, 3),
        )
        shortcut = None if stride == 1 else tnn.Sequential(*conv_and_norm(inputs, outputs, 1, 2))
        return tnn.Sequential(TorchResidual(body, shortcut), tnn.ReLU())

    modules = {
        "stem": tnn.Sequential(*conv_and_norm(3, 16, 3), tnn.ReLU()),
        "stage1": block(16, 16, 1),
        "stage2": block(16, 32, 2),
        "stage3": block(32, 64, 2),
        "pool": tnn.AdaptiveAvgPool2d(1),
        "flatten": tnn.Flatten(),
        "output": tnn.Linear(64, 10),
    }
    return tnn.Sequential(OrderedDict(modules))


rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((2, 1, 32, 32))
COLOURS = rng.standard_normal((3, 3, 10, 10))
TOKENS = rng.integers(7, size=(3, 5))
transformer = {"vocabulary": 7, "num_classes": 3, "d_model": 8, "nhead": 2, "dim_feedforward": 12}
made = {"dtype": np.float64, "rng": 1}
NETWORKS = {
    "LeNet-5 of 1998": (
        lambda: LeNet5(**made),
        lambda: torch_lenet5(tnn.Tanh, tnn.AvgPool2d),
        IMAGES,
    ),
    "LeNet-5 of today": (
        lambda: LeNet5(activation=nn.ReLU, pool=nn.MaxPool2d, **made),
        lambda: torch_lenet5(tnn.ReLU, tnn.MaxPool2d),
        IMAGES,
    ),
    "ResNet-8": (lambda: ResNet8(**made), torch_resnet8, COLOURS),
    "CharLSTM": (lambda: CharLSTM(7, 4, 5, num_layers=2, **made), TorchCharLSTM, TOKENS),
    "a class a sequence": (
        lambda: TransformerClassifier(**transformer, **made),
        lambda: TorchTransformer(per_token=False),
        TOKENS,
    ),
    "a class a token": (
        lambda: TransformerClassifier(**transformer, per_token=True, **made),
        lambda: TorchTransformer(per_token=True),
        TOKENS,
    ),
}
each_network = pytest.mark.parametrize(
    ("build", "build_torch", "x"), NETWORKS.values(), ids=NETWORKS.keys()
)


@each_network
def test_scores_and_all_gradients_equal_pytorch(build, build_torch, x):
    net, twin = build(), build_torch().double()
    twin.load_state_dict({k: torch.from_numpy(v) for k, v in net.state_dict().items()})
    tx = torch.tensor(x, requires_grad=x.dtype.kind == "f")
    y, ty = net(x), twin(tx)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, ty.detach().numpy(), rtol=1e-9, atol=1e-11)
    dy = np.random.default_rng(2).standard_normal(y.shape)
    dx = net.backward(dy)
    ty.backward(torch.from_numpy(dy))
    if x.dtype.kind == "f":
        np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-8, atol=1e-10)
    else:
        assert dx is None
    theirs = dict(twin.named_parameters())
    assert {name for name, _ in net.named_parameters()} == set(theirs)
    for name, parameter in net.named_parameters():
        np.testing.assert_allclose(
            parameter.grad, theirs[name].grad.numpy(), rtol=1e-8, atol=1e-10, err_msg=name
        )


@each_network
def test_gradients_of_the_whole_network_are_those_of_differences(build, build_torch, x):
    report = nn.gradcheck(build(), x, directions=2, eps=1e-7, tol=1e-5)
    names = [check.name for check in report.checks]
    assert names == ["input 0"] * (x.dtype.kind == "f") + [n for n, _ in build().named_parameters()]


@each_network
def test_default_dtype_is_float32_and_a_seed_decides_the_weights(build, build_torch, x):
    first, second = (type(build())(*sizes(build), rng=7) for _ in range(2))
    assert {p.dtype for p in first.parameters()} == {np.dtype(np.float32)}
    for ours, again in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(ours.data, again.data)


def sizes(build):
    kind = type(build())
    return {CharLSTM: (5,), TransformerClassifier: (5, 2)}.get(kind, ())


def trained(net, x, y, epochs, lr, held_out, batch_size=32):
    optimizer = optim.Adam(net.parameters(), lr=lr)
    return nn.fit(
        net, nn.CrossEntropyLoss(), optimizer, x, y, epochs=epochs, batch_size=batch_size,
        validation=held_out, rng=3,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["LeNet5", "ResNet8"])
def test_image_networks_read_digits(name):
    digits = data.load("digits", flat=False)
    net, x = ResNet8(in_channels=1, rng=0), digits.x
    if name == "LeNet5":
        net, x = LeNet5(rng=0), digits.x.repeat(4, axis=2).repeat(4, axis=3)
    history = trained(
        net, x[:1200], digits.y[:1200], 4, 3e-3, (x[1200:], digits.y[1200:])
    )  # fmt: skip
    assert history.val_accuracy[-1] > 0.9


def test_char_lstm_learns_a_text_and_writes_on():
    letters = sorted(set("to be or not to be, "))
    text = np.array([letters.index(c) for c in "to be or not to be, " * 40])
    pieces = text.reshape(-1, 25)
    net = CharLSTM(len(letters), 8, 32, rng=0)
    history = trained(net, pieces[:, :-1], pieces[:, 1:], 60, 1e-2, None, batch_size=8)
    # From a place inside the text the rest is certain; the first letters of a piece are not.
    assert history.accuracy[-1] > 0.9
    assert history.accuracy[0] < 0.5
    written = net.generate(text[:20], length=40, temperature=0.1, rng=0)
    np.testing.assert_array_equal(written, text[20:60])


def test_transformer_says_what_stands_at_the_mirrored_place():
    """Each token must look at the place T − 1 − t: no network without attention can know it."""
    x = np.random.default_rng(5).integers(4, size=(1500, 6))
    y = x[:, ::-1]
    net = TransformerClassifier(4, 4, per_token=True, rng=0)
    history = trained(net, x[:1300], y[:1300], 12, 3e-3, (x[1300:], y[1300:]))
    assert history.val_accuracy[-1] > 0.95


def test_transformer_says_whether_the_ends_are_equal():
    draw = np.random.default_rng(5)
    x = draw.integers(4, size=(1500, 6))
    y = draw.integers(2, size=1500)
    x[:, -1] = (x[:, 0] + np.where(y == 1, 0, draw.integers(1, 4, size=1500))) % 4
    net = TransformerClassifier(4, 2, rng=0)
    history = trained(net, x[:1300], y[:1300], 20, 3e-3, (x[1300:], y[1300:]))
    assert history.val_accuracy[-1] > 0.9


def test_generate_follows_the_distribution_and_the_temperature():
    net = CharLSTM(3, 2, 2, rng=0)
    for parameter in net.output.parameters():
        parameter.data[...] = 0
    net.output.bias.data[:] = np.log([0.2, 0.3, 0.5])
    drawn = net.generate([0], length=4000, rng=0)
    np.testing.assert_allclose(np.bincount(drawn) / 4000, [0.2, 0.3, 0.5], atol=0.03)
    assert set(net.generate([0], length=50, temperature=0.01, rng=0)) == {2}


@pytest.mark.parametrize(
    ("start", "temperature", "says"),
    [([], 1.0, "start must be"), ([[0]], 1.0, "start must be"), ([0], 0.0, "above 0, got 0")],
)
def test_generate_refuses_in_words(start, temperature, says):
    with pytest.raises(ValueError, match=says):
        CharLSTM(3, rng=0).generate(start, 5, temperature)

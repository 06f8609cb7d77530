"""The summary's figures against arithmetic by hand, and a model that is left as it was."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import models

N, T, D = 2, 5, 16

# A layer, its example, and its multiply-adds as one writes them on paper.
BY_HAND = {
    "linear": (nn.Linear(7, 3), torch.zeros(N, 7), N * 7 * 3),
    "convolution": (nn.Conv2d(4, 6, 3, stride=2), torch.zeros(N, 4, 9, 9), N * 16 * 6 * 4 * 9),
    "grouped": (nn.Conv2d(4, 6, 3, groups=2), torch.zeros(N, 4, 5, 5), N * 9 * 6 * 2 * 9),
    "depthwise": (nn.Conv2d(4, 4, 3, groups=4), torch.zeros(N, 4, 5, 5), N * 9 * 4 * 9),
    "transposed": (
        nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2),
        torch.zeros(N, 4, 5, 5),
        N * 25 * 4 * 3 * 9,
    ),
    "rnn": (nn.RNN(8, D), torch.zeros(T, N, 8), N * T * (8 + D) * D),
    "gru": (nn.GRU(8, D), torch.zeros(T, N, 8), N * T * 3 * (8 + D) * D),
    "lstm": (nn.LSTM(8, D, 2), torch.zeros(T, N, 8), N * T * 4 * ((8 + D) + (D + D)) * D),
    "bidirectional": (
        nn.LSTM(8, D, bidirectional=True),
        torch.zeros(T, N, 8),
        N * T * 2 * 4 * (8 + D) * D,
    ),
    "attention": (
        nn.MultiheadAttention(D, 4, batch_first=True),
        (torch.zeros(N, T, D),) * 3,
        N * (4 * T * D * D + 2 * T * T * D),
    ),
    "transformer": (
        nn.TransformerEncoderLayer(D, 4, 32, batch_first=True),
        torch.zeros(N, T, D),
        N * (4 * T * D * D + 2 * T * T * D + 2 * T * D * 32),
    ),
    "batch norm": (nn.BatchNorm2d(4), torch.zeros(N, 4, 5, 5), 0),
}


@pytest.mark.parametrize("where", ["by shape", "by value"])
@pytest.mark.parametrize("name", BY_HAND)
def test_multiply_adds_are_those_on_paper(name, where):
    layer, example, expected = BY_HAND[name]
    model = layer if where == "by shape" else AsksForAValue(layer)
    made = models.summary(model, example)
    assert made.multiply_adds == expected
    assert made.parameters == sum(p.numel() for p in layer.parameters())
    assert sum(row.multiply_adds for row in made.layers) == expected


class AsksForAValue(nn.Module):
    """Cannot run without values, as a model that is told the lengths of padded rows."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, *inputs):
        if inputs[0].sum().item() != 0:
            raise ArithmeticError("the example's values were lost")
        return self.inner(*inputs)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, D, batch_first=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        return self.lstm(packed)[1][0]


def test_padded_rows_cost_what_is_in_them():
    made = models.summary(Reader(), {"x": torch.zeros(2, 5, 8), "lengths": torch.tensor([5, 2])})
    assert made.multiply_adds == (5 + 2) * 4 * (8 + D) * D
    assert made.input == ((2, 5, 8), (2,))


class Attends(nn.Module):
    """Its own parameter and its own product stand beside the layer that it has."""

    def __init__(self):
        super().__init__()
        self.position = nn.Parameter(torch.zeros(T, D))
        self.qkv = nn.Linear(D, 3 * D)

    def forward(self, x):
        return F.scaled_dot_product_attention(*self.qkv(x + self.position).chunk(3, dim=-1))


def test_what_a_module_does_itself_gets_a_row():
    made = models.summary(nn.Sequential(Attends()), torch.zeros(N, T, D))
    rows = [(r.name, r.type, r.parameters, r.multiply_adds, r.output) for r in made.layers]
    assert rows == [
        ("0", "Attends", T * D, N * 2 * T * T * D, ((N, T, D),)),
        ("0.qkv", "Linear", 3 * D * D + 3 * D, N * T * D * 3 * D, ((N, T, 3 * D),)),
    ]


class Shared(nn.Module):
    """One cell called T times and known by two names, and two layers with one matrix."""

    def __init__(self):
        super().__init__()
        self.cell = nn.RNNCell(D, D)
        self.again = self.cell
        self.into, self.out = nn.Embedding(7, D), nn.Linear(D, 7, bias=False)
        self.out.weight = self.into.weight
        self.unused = nn.Sequential(nn.Linear(D, 2), nn.ReLU())

    def forward(self, x):
        state = torch.zeros(len(x), D)
        for t in range(x.shape[1]):
            state = self.cell(self.into(x[:, t]), state)
        return self.out(state)


def test_what_is_shared_counts_once():
    made = models.summary(Shared(), torch.zeros(N, T, dtype=torch.long))
    rows = {r.name: (r.parameters, r.multiply_adds, r.calls) for r in made.layers}
    assert rows == {
        "into": (7 * D, 0, T),
        "cell": (2 * D * D + 2 * D, N * T * 2 * D * D, T),
        "out": (0, N * D * 7, 1),
        "unused": (2 * D + 2, 0, 0),
    }
    assert made.parameters == sum(p.numel() for p in Shared().parameters())
    assert list(rows)[-1] == "unused"
    lines = [line.split() for line in str(made).splitlines()]
    assert ["cell", "(5", "times)", "RNNCell"] in [line[:4] for line in lines]
    assert ["unused", "Sequential", "not", "called"] in [line[:4] for line in lines]


@pytest.mark.parametrize("depth", [1, 2, 3, None])
@pytest.mark.parametrize("name", ["resnet50", "se_resnet50", "resnet50_non_local", "char_lm"])
def test_every_depth_adds_up_to_the_same(name, depth):
    made, entry = models.summary(name, depth=depth), models.find(name)
    assert sum(r.parameters for r in made.layers) == made.parameters == entry.parameters
    assert sum(r.multiply_adds for r in made.layers) == made.multiply_adds == entry.multiply_adds


def test_resnet_50_fits_on_a_slide():
    made = models.summary("resnet50", depth=1)
    assert len(str(made).splitlines()) <= 20
    assert [r.output[0][1:] for r in made.layers if r.name.startswith("layer")] == [
        (256, 56, 56),
        (512, 28, 28),
        (1024, 14, 14),
        (2048, 7, 7),
    ]
    assert max(len(line) for line in str(models.summary("resnet50", depth=2)).splitlines()) <= 100


def states(model):
    modes = [m.training for m in model.modules()]
    grads = [p.grad for p in model.parameters()]
    return copy.deepcopy((dict(model.state_dict()), modes, grads))


@pytest.mark.parametrize("wrap", [nn.Sequential, AsksForAValue])
def test_the_model_stays_as_it_was(wrap):
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(4)
    drawn = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4))
    model = wrap(nn.Sequential(nn.Linear(4, 4), norm, nn.Dropout(0.5), drawn)).train()
    model(torch.zeros(3, 4)).sum().backward()
    norm.eval()
    before, random = states(model), torch.get_rng_state()
    models.summary(model, torch.zeros(3, 4))
    after = states(model)
    assert before[1] == after[1]
    tensors = [[*entries.values(), *grads] for entries, _, grads in (before, after)]
    assert all(old.equal(new) for old, new in zip(*tensors, strict=True))
    assert torch.get_rng_state().equal(random)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert torch.backends.mkldnn.enabled
    assert torch.backends.mha.get_fastpath_enabled()


class HelpedInTraining(nn.Sequential):
    """A second head helps in training alone, as in GoogLeNet."""

    def forward(self, x):
        return (self[0](x), self[1](x)) if self.training else self[0](x)


def test_the_work_is_that_of_evaluation():
    made = models.summary(HelpedInTraining(nn.Linear(4, 3), nn.Linear(4, 9)), input_size=(4,))
    assert [(r.name, r.calls, r.multiply_adds) for r in made.layers] == [("0", 1, 12), ("1", 0, 0)]
    assert made.multiply_adds == 12
    assert made.parameters == 15 + 45


def test_frozen_parameters_are_said():
    model = nn.Sequential(nn.Linear(4, 8).requires_grad_(False), nn.Linear(8, 2)).bfloat16()
    made = models.summary(model, input_size=(4,))
    assert (made.parameters, made.trained) == (58, 18)
    assert "58 parameters, 18 of them trained" in str(made)


def test_a_compiled_model_is_summed_as_what_it_compiles():
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
    assert str(models.summary(torch.compile(model, backend="eager"), input_size=(4,))) == str(
        models.summary(model, input_size=(4,))
    )


def test_a_notebook_gets_a_table():
    page = models.summary("lenet5")._repr_html_()
    assert page.count("<tr>") == 1 + len(models.summary("lenet5").layers)
    assert "<p>61,706 parameters</p>" in page


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((nn.Linear(2, 2),), {}, ValueError, r"its size: input_size=\(3, 224, 224\)"),
        (("lenet5", 1), {"input_size": (1, 28, 28)}, ValueError, "not both"),
        (("lenet6",), {}, ValueError, "did you mean 'lenet5'"),
        ((nn.Linear,), {}, TypeError, "a model or its name expected, got type"),
        (("lenet5",), {"depth": 0}, ValueError, "depth is a positive integer or None, got 0"),
        (("lenet5",), {"input_size": (3, 28, 28)}, ValueError, "images of 1 channels"),
        ((nn.Linear(2, 2),), {"input_size": (3,)}, RuntimeError, "1x3 and 2x2"),
    ],
)
def test_what_cannot_be_summed_is_said(arguments, options, error, message):
    with pytest.raises(error, match=message):
        models.summary(*arguments, **options)

"""Whole networks for sequences: their gradients, and that the training loop teaches them."""

import numpy as np
import pytest
import torch

from dlcourse import nn, optim
from tests.nn.oracles import close


class CharacterLSTM(nn.Module):
    """Scores for the character after a text: embedding, LSTM, a linear map of its last output."""

    def __init__(self, characters, width, rng):
        super().__init__()
        self.embedding = nn.Embedding(characters, width, rng=rng)
        self.lstm = nn.LSTM(width, 2 * width, num_layers=2, batch_first=True, rng=rng)
        self.head = nn.Linear(2 * width, characters, rng=rng)

    def forward(self, text):
        vectors, embedding_backward = self.embedding.forward(text)
        (output, _), lstm_backward = self.lstm.forward(vectors)
        scores, head_backward = self.head.forward(output[:, -1])

        def backward(dscores):
            doutput = np.zeros_like(output)
            doutput[:, -1] = head_backward(dscores)
            return embedding_backward(lstm_backward(doutput))

        return scores, backward


class Encoder(nn.Module):
    """Scores for a text: embedding, places, two encoder layers, a linear map of their mean."""

    def __init__(self, characters, width, classes, rng):
        super().__init__()
        self.embedding = nn.Embedding(characters, width, rng=rng)
        options = {"dropout": 0.0, "batch_first": True, "norm_first": True, "rng": rng}
        self.blocks = nn.Sequential(
            nn.SinusoidalPositionalEncoding(width, max_len=32, batch_first=True),
            nn.TransformerEncoderLayer(width, 2, 2 * width, activation="gelu", **options),
            nn.TransformerEncoderLayer(width, 2, 2 * width, activation="gelu", **options),
            nn.LayerNorm(width),
        )
        self.head = nn.Linear(width, classes, rng=rng)

    def forward(self, text):
        vectors, embedding_backward = self.embedding.forward(text)
        output, blocks_backward = self.blocks.forward(vectors)
        scores, head_backward = self.head.forward(output.mean(axis=1))

        def backward(dscores):
            dmean = head_backward(dscores)[:, None] / output.shape[1]
            return embedding_backward(blocks_backward(np.repeat(dmean, output.shape[1], axis=1)))

        return scores, backward


class WithLoss(nn.Module):
    """A network and its loss as one module, whose only differentiable inputs are parameters."""

    def __init__(self, net, target):
        super().__init__()
        self.net, self.target = net, target

    def forward(self, text):
        scores, backward = self.net.forward(text)
        loss, loss_backward = nn.CrossEntropyLoss().forward(scores, self.target)

        def backward_all(dloss):
            backward(loss_backward(dloss))
            return ()

        return loss, backward_all


rng = np.random.default_rng(0)
TEXT = rng.integers(4, size=(512, 6))
NETWORKS = {
    # Delayed recall: the first character has to be kept over the five that follow.
    "CharacterLSTM": (lambda: CharacterLSTM(4, 8, np.random.default_rng(0)), TEXT[:, 0]),
    # Does the text end as it began? Two places have to be compared.
    "Encoder": (lambda: Encoder(4, 16, 2, np.random.default_rng(0)), TEXT[:, 0] == TEXT[:, -1]),
}
networks = pytest.mark.parametrize("name", NETWORKS)


@networks
def test_a_whole_network_passes_the_gradient_check(name):
    make, target = NETWORKS[name]
    whole = WithLoss(make().double(), target[:3].astype(int))
    report = nn.gradcheck(whole, TEXT[:3], directions=3)
    assert len(report.checks) == len(list(whole.parameters()))


@networks
def test_the_training_loop_teaches_it(name):
    make, target = NETWORKS[name]
    net = make()
    history = nn.fit(
        net,
        nn.CrossEntropyLoss(),
        optim.Adam(net.parameters(), lr=0.01),
        TEXT,
        target.astype(int),
        epochs=40,
        rng=0,
        on_epoch=lambda history: history.accuracy[-1] > 0.97,
    )
    assert history.accuracy[-1] > 0.97


def test_a_training_of_the_lstm_equals_pytorch():
    net = CharacterLSTM(4, 8, np.random.default_rng(0)).double()
    parts = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(4, 8),
            "lstm": torch.nn.LSTM(8, 16, num_layers=2, batch_first=True),
            "head": torch.nn.Linear(16, 4),
        }
    ).double()
    parts.load_state_dict({k: torch.from_numpy(v) for k, v in net.state_dict().items()})
    ours, theirs = optim.Adam(net.parameters()), torch.optim.Adam(parts.parameters())
    criterion, target = nn.CrossEntropyLoss(), torch.tensor(TEXT[:32, 0])
    for _ in range(10):
        loss = criterion(net(TEXT[:32]), TEXT[:32, 0])
        ours.zero_grad()
        net.backward(criterion.backward())
        ours.step()
        output, _ = parts["lstm"](parts["embedding"](torch.tensor(TEXT[:32])))
        expected = torch.nn.functional.cross_entropy(parts["head"](output[:, -1]), target)
        theirs.zero_grad()
        expected.backward()
        theirs.step()
        close(loss, expected.detach().numpy())
    for name, value in parts.state_dict().items():
        np.testing.assert_allclose(net.state_dict()[name], value.numpy(), rtol=1e-7, atol=1e-9)

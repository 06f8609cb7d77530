"""Networks that read: a character model guesses what comes next, a tagger looks both ways."""

import torch
from torch import nn

from dlcourse.models.registry import register

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def _recurrence(cell, *sizes, **options):
    if cell not in CELLS:
        raise ValueError(f"cell is one of {', '.join(CELLS)}, got {cell!r}")
    return CELLS[cell](*sizes, batch_first=True, **options)


class CharLM(nn.Module):
    """p(x[t+1] | x[0], …, x[t]) = softmax(W h[t] + b), with h from an RNN, a GRU or an LSTM.

    x: (N, T) integers below `vocabulary`. Returns scores: (N, vocabulary, T) for the character
    after each, as CrossEntropyLoss takes them: the target is the text moved by one.
    dropout: between the layers and before the scores.
    """

    def __init__(self, vocabulary, cell, embedding_dim, hidden_size, num_layers, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding_dim)
        between = dropout if num_layers > 1 else 0.0
        self.recurrence = _recurrence(cell, embedding_dim, hidden_size, num_layers, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden_size, vocabulary)

    def forward(self, x):
        return self.read(x)[0]

    def read(self, x, state=None):
        """Scores, and the state after the last character: the next piece of text begins with it.

        Detach the state between pieces: that is truncated backpropagation through time.
        """
        h, state = self.recurrence(self.embedding(x), state)  # (N, T, hidden_size)
        return self.output(self.dropout(h)).transpose(1, 2), state

    @torch.no_grad()
    def generate(self, start, length, temperature=1.0, generator=None):
        """Continue a text: draw a character, feed it back, repeat.

        start: (T,) integers, at least one. Returns the `length` integers that follow it.
        temperature divides the scores: towards 0 the likeliest character always wins, above 1 the
        text grows wilder. The model is left in its mode.
        """
        if start.ndim != 1 or len(start) == 0:
            raise ValueError(f"generate: start must be (T,) with T ≥ 1, got {tuple(start.shape)}")
        if not temperature > 0:
            raise ValueError(f"generate: temperature must be above 0, got {temperature}")
        training, text = self.training, []
        self.eval()
        scores, state = self.read(start[None])
        for _ in range(length):
            p = (scores[0, :, -1].double() / temperature).softmax(0)
            text.append(torch.multinomial(p, 1, generator=generator))
            scores, state = self.read(text[-1][None], state)
        self.train(training)
        return torch.cat(text) if text else start.new_empty(0)


class BidirectionalTagger(nn.Module):
    """A class for every place of a text, from what stands before it and after it.

    x: (N, T) integers below `vocabulary`. Returns scores: (N, num_classes, T).
    One recurrence reads forward, one backward; at each place their states stand side by side.
    """

    def __init__(self, vocabulary, num_classes, cell, embedding_dim, hidden_size, num_layers):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding_dim)
        self.recurrence = _recurrence(
            cell, embedding_dim, hidden_size, num_layers, bidirectional=True
        )
        self.output = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, x):
        h, _ = self.recurrence(self.embedding(x))  # (N, T, 2 · hidden_size)
        return self.output(h).transpose(1, 2)


@register(
    input_size=(100,),
    smallest=(4,),
    vocabulary="vocabulary",
    parameters=98_400,
    multiply_adds=100 * (4 * 128 * (32 + 128) + 128 * 96),
    source="Graves, 2013",
)
def char_lm(
    vocabulary=96, cell="lstm", embedding_dim=32, hidden_size=128, num_layers=1, dropout=0.0
):
    """A character language model with cell="rnn", "gru" or "lstm": 98,400 parameters.

    0.094 million multiply-adds a character. 96 characters: those that ASCII prints, and the end of
    the line. Graves, Generating sequences with recurrent neural networks, 2013.
    """
    return CharLM(vocabulary, cell, embedding_dim, hidden_size, num_layers, dropout)


@register(
    input_size=(100,),
    smallest=(4,),
    vocabulary="vocabulary",
    parameters=53_506,
    multiply_adds=100 * (2 * 4 * 64 * (32 + 64) + 128 * 2),
    source="Graves and Schmidhuber, 2005",
)
def bidirectional_tagger(
    vocabulary=96, num_classes=2, cell="lstm", embedding_dim=32, hidden_size=64, num_layers=1
):
    """A bidirectional tagger, by default an LSTM: 53,506 parameters.

    0.05 million multiply-adds a character. Graves and Schmidhuber, Framewise phoneme classification
    with bidirectional LSTM, 2005.
    """
    return BidirectionalTagger(
        vocabulary, num_classes, cell, embedding_dim, hidden_size, num_layers
    )

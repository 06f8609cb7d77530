"""A character model: an LSTM that reads a text and says what comes next."""

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.embedding import Embedding
from dlcourse.nn.linear import Linear
from dlcourse.nn.module import Module
from dlcourse.nn.recurrent import LSTM
from dlcourse.random import default_rng


class CharLSTM(Module):
    """Embedding, LSTM, and a linear layer at every place of the text (Graves, 2013).

        p(x[t+1] | x[0], …, x[t]) = softmax(W h[t] + b),   h = LSTM(E x)

    x: (N, T) integers below `vocabulary`, the numbers of characters; y: scores (N, vocabulary, T)
    for the character after each, as CrossEntropyLoss takes them. To train it, the target is the
    text moved by one: `nn.fit(net, loss, optimizer, text[:, :-1], text[:, 1:], ...)`. Integers have
    no gradient: backward returns None. num_layers, dropout: of the LSTM. rng: a generator or seed
    in place of the course's own.

    >>> net = CharLSTM(vocabulary=5, rng=0)
    >>> net(np.array([[0, 1, 2, 3]])).shape
    (1, 5, 4)
    >>> net.generate([0, 1], length=6, rng=0).shape
    (6,)
    """

    can_skip_input_grad = True

    def __init__(
        self,
        vocabulary,
        embedding_dim=32,
        hidden_size=128,
        num_layers=1,
        dropout=0.0,
        *,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__()
        made = {"dtype": dtype, "rng": default_rng(rng)}
        self.embedding = Embedding(vocabulary, embedding_dim, **made)
        self.lstm = LSTM(
            embedding_dim, hidden_size, num_layers, dropout=dropout, batch_first=True, **made
        )
        self.output = Linear(hidden_size, vocabulary, **made)

    def forward(self, x):
        vectors, embedding_backward = self.embedding.forward(x)  # (N, T, embedding_dim)
        (h, _), lstm_backward = self.lstm.forward(vectors)  # (N, T, hidden_size)
        scores, output_backward = self.output.forward(h)  # (N, T, vocabulary)

        def backward(dy, input_grad=True):
            return embedding_backward(lstm_backward(output_backward(dy.swapaxes(1, 2))))

        return scores.swapaxes(1, 2), backward

    def generate(self, start, length, temperature=1.0, rng=None):
        """Continue a text: draw a character from the model's distribution, feed it back, repeat.

        start: (T,) integers, at least one; returns the `length` integers that follow it.
        temperature divides the scores: towards 0 the likeliest character always wins, above 1 the
        text grows wilder. Raises ValueError for an empty start or a temperature that is not
        above 0.
        """
        start, rng = np.asarray(start), default_rng(rng)
        if start.ndim != 1 or start.size == 0:
            raise ValueError(f"generate: start must be (T,) with T ≥ 1, got shape {start.shape}")
        if not temperature > 0:
            raise ValueError(f"generate: temperature must be above 0, got {temperature}")
        text, state, seen = [], None, start
        for _ in range(length):
            vectors, _ = self.embedding.forward(seen[None])
            (h, state), _ = self.lstm.forward(vectors, state)
            scores, _ = self.output.forward(h[0, -1])
            p, _ = ops.softmax(scores.astype(np.float64) / temperature)
            text.append(rng.choice(len(p), p=p))
            seen = np.array(text[-1:])
        return np.array(text, dtype=np.int64)

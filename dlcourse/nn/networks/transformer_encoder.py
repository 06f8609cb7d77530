"""A transformer encoder that says what a sequence is, or what each of its tokens is."""

import numpy as np

from dlcourse.nn.embedding import Embedding
from dlcourse.nn.linear import Linear
from dlcourse.nn.module import Module
from dlcourse.nn.norm import LayerNorm
from dlcourse.nn.positional import SinusoidalPositionalEncoding
from dlcourse.nn.sequential import Sequential
from dlcourse.nn.transformer import TransformerEncoderLayer
from dlcourse.random import default_rng


class TransformerClassifier(Module):
    """Embedding, sinusoidal positions, num_layers encoder layers, a linear layer.

        z = E x · √d_model + positions,   z = LN(layer₂(layer₁(z))),   y = W z + b

    (Vaswani et al., 2017; the norms come first in each layer, which trains without a warm-up, so
    that one follows the last: Xiong et al., 2020.) x: (N, T) integers below `vocabulary`. y: scores
    (N, num_classes) of the mean of z over the places, or with per_token=True scores of each place,
    (N, num_classes, T), as CrossEntropyLoss takes them. Integers have no gradient: backward
    returns None. nhead, dim_feedforward, dropout: of `TransformerEncoderLayer`; max_len: the
    longest sequence. rng: a generator or seed in place of the course's own.

    >>> net = TransformerClassifier(vocabulary=7, num_classes=3, rng=0)
    >>> net(np.array([[1, 2, 3, 4, 5], [6, 6, 6, 6, 0]])).shape
    (2, 3)
    """

    can_skip_input_grad = True

    def __init__(
        self,
        vocabulary,
        num_classes,
        d_model=32,
        nhead=4,
        dim_feedforward=64,
        num_layers=2,
        dropout=0.0,
        *,
        max_len=512,
        per_token=False,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__()
        made = {"dtype": dtype, "rng": default_rng(rng)}
        self.per_token, self.scale = per_token, d_model**0.5
        self.embedding = Embedding(vocabulary, d_model, **made)
        # An embedding starts with variance 1 and would be √d times as loud as the positions.
        self.embedding.weight.data /= self.scale
        self.positions = SinusoidalPositionalEncoding(d_model, max_len, batch_first=True)
        self.layers = Sequential(
            *(
                TransformerEncoderLayer(
                    d_model,
                    nhead,
                    dim_feedforward,
                    dropout,
                    batch_first=True,
                    norm_first=True,
                    **made,
                )
                for _ in range(num_layers)
            )
        )
        self.norm = LayerNorm(d_model, dtype=dtype)
        self.output = Linear(d_model, num_classes, **made)

    def forward(self, x):
        vectors, embedding_backward = self.embedding.forward(x)  # (N, T, d_model)
        z, positions_backward = self.positions.forward(vectors * self.scale)
        z, layers_backward = self.layers.forward(z)
        z, norm_backward = self.norm.forward(z)
        length = z.shape[1]
        y, output_backward = self.output.forward(z if self.per_token else z.mean(axis=1))

        def backward(dy, input_grad=True):
            if self.per_token:
                dz = output_backward(dy.swapaxes(1, 2))
            else:
                dz = np.repeat(output_backward(dy)[:, None] / length, length, axis=1)
            dvectors = positions_backward(layers_backward(norm_backward(dz)))
            return embedding_backward(dvectors * self.scale)

        return (y.swapaxes(1, 2) if self.per_token else y), backward

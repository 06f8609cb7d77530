"""The block that a transformer's encoder repeats."""

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.attention import MultiheadAttention
from dlcourse.nn.dropout import Dropout
from dlcourse.nn.linear import Linear
from dlcourse.nn.module import Module
from dlcourse.nn.norm import LayerNorm
from dlcourse.random import default_rng

ACTIVATIONS = {"relu": ops.relu, "gelu": ops.gelu}


class TransformerEncoderLayer(Module):
    """Self-attention, then a perceptron for each position, each with a residual and a norm.

    ```
    x = LN(x + SA(x)),      y = LN(x + W₂ f(W₁ x + b₁) + b₂)        (Vaswani et al., 2017)
    x = x + SA(LN(x)),      y = x + W₂ f(W₁ LN(x) + b₁) + b₂        norm_first
    ```

    norm_first leaves the path from the loss to every block free of norms, and trains without a
    warm-up (Xiong et al., 2020). src: (T, N, d_model), N first where batch_first, without N for one
    sequence; y: of src's shape. nhead: heads; dim_feedforward: rows of W₁; dropout: on the weights
    of attention, after f and after both parts, in training alone; activation f: "relu", "gelu" or
    an operation. src_mask, src_key_padding_mask and is_causal are those of `MultiheadAttention`:
    True means ignore.

    backward takes dL/dy and returns dL/dsrc. Parameters as in PyTorch: self_attn, linear1, linear2,
    norm1, norm2. Raises ValueError where sizes, shapes or the activation's name do not fit.

    >>> layer = TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, rng=0)
    >>> x = np.ones((3, 5, 8), dtype=np.float32)
    >>> y = layer(x, is_causal=True)
    >>> y.shape, layer.backward(y).shape
    ((3, 5, 8), (3, 5, 8))
    """

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        *,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__()
        if not callable(activation) and activation not in ACTIVATIONS:
            raise ValueError(
                "TransformerEncoderLayer: activation is 'relu', 'gelu' or an operation such as "
                f"ops.silu, got {activation!r}"
            )
        rng = None if rng is None else default_rng(rng)
        made = {"dtype": dtype, "rng": rng}
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first, **made
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, **made)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **made)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout, rng=rng)
        self.dropout2 = Dropout(dropout, rng=rng)
        self.activation = activation if callable(activation) else ACTIVATIONS[activation]
        self.norm_first = norm_first

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        def self_attention(x):
            (y, _), backward = self.self_attn.forward(
                x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal
            )
            return y, lambda dy: sum(backward(dy))  # one array in three places

        attend = [self_attention, self.dropout1.forward]
        perceptron = [
            self.linear1.forward,
            self.activation,
            self.dropout.forward,
            self.linear2.forward,
            self.dropout2.forward,
        ]
        if self.norm_first:
            x, first = with_residual(np.asarray(src), [self.norm1.forward, *attend])
            y, second = with_residual(x, [self.norm2.forward, *perceptron])
            return y, lambda dy: first(second(dy))
        x, first = with_residual(np.asarray(src), attend)
        x, first_norm = self.norm1.forward(x)
        y, second = with_residual(x, perceptron)
        y, second_norm = self.norm2.forward(y)
        return y, lambda dy: first(first_norm(second(second_norm(dy))))


def with_residual(x, steps):
    """Return x + fₙ(… f₁(x)) and its backward: of the two paths, the gradients add."""
    y, backwards = x, []
    for step in steps:
        y, backward = step(y)
        backwards.append(backward)

    def backward_both(dy):
        dx = dy
        for backward in reversed(backwards):
            dx = backward(dx)
        return dy + dx

    return x + y, backward_both

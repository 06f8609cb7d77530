"""Attention with several heads; the mathematics is in `dlcourse.nn.ops.attention`."""

import numpy as np

from dlcourse.nn import init, ops
from dlcourse.nn.linear import Linear
from dlcourse.nn.module import Module, Parameter
from dlcourse.nn.ops.operation import upstream
from dlcourse.random import default_rng


class MultiheadAttention(Module):
    """Attention in num_heads subspaces at once (Vaswani et al., 2017).

    ```
    Q, K, V = query W_qᵀ + b_q, key W_kᵀ + b_k, value W_vᵀ + b_v, cut into heads of d columns
    y = [head₁ … headₕ] W_oᵀ + b_o,   headᵢ = softmax(Qᵢ Kᵢᵀ / √d) Vᵢ
    ```

    `layer(query, key, value)` returns (y, weights). query: (L, N, embed_dim), key: (S, N, kdim),
    value: (S, N, vdim), with N first where batch_first, without N for one sequence; y is laid out
    like query. weights: (N, L, S), the mean over the heads, with average_attn_weights=False
    (N, num_heads, L, S), with need_weights=False None, which costs less. kdim, vdim: embed_dim if
    left out. dropout: the share of weights zeroed in training; those returned are without it.

    Masks are PyTorch's: a True means *ignore*, other than in scaled_dot_product_attention, and
    floats are added to the scores. key_padding_mask: (N, S), or (S,) for one sequence; attn_mask:
    (L, S) or (N · num_heads, L, S). is_causal hides the future; PyTorch asks for the mask as well,
    which is not needed here. A query that may look at nothing gets zeros for a mean, not NaN.

    backward takes dL/dy, or (dL/dy, dL/dweights) with None for a part that the loss does not depend
    on, and returns (dL/dquery, dL/dkey, dL/dvalue). In self-attention, where the three are one
    array, its gradient is their sum.

    Parameters: in_proj_weight: (3 · embed_dim, embed_dim), rows of q, k, v, or q_proj_weight,
    k_proj_weight and v_proj_weight where kdim or vdim differ, uniform by Xavier; in_proj_bias:
    (3 · embed_dim,), 0; out_proj, a Linear whose bias starts at 0. Raises ValueError where sizes or
    shapes do not fit, TypeError for a mask that holds neither booleans nor floats.

    >>> layer = MultiheadAttention(8, num_heads=2, batch_first=True, rng=0)
    >>> x = np.ones((3, 5, 8), dtype=np.float32)
    >>> y, weights = layer(x, x, x, is_causal=True)
    >>> y.shape, weights[0, 1]
    ((3, 5, 8), array([0.5, 0.5, 0. , 0. , 0. ], dtype=float32))
    >>> dx = sum(layer.backward(np.ones_like(y)))
    >>> dx.shape
    (3, 5, 8)
    """

    def __init__(
        self,
        embed_dim,
        num_heads,
        dropout=0.0,
        bias=True,
        kdim=None,
        vdim=None,
        batch_first=False,
        *,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__()
        kdim, vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        sizes = {"embed_dim": embed_dim, "num_heads": num_heads, "kdim": kdim, "vdim": vdim}
        for name, size in sizes.items():
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(
                    f"MultiheadAttention: {name} must be an integer of at least 1, got {size!r}"
                )
        if embed_dim % num_heads:
            raise ValueError(
                "MultiheadAttention: num_heads must divide embed_dim, got "
                f"{num_heads} for {embed_dim}"
            )
        if not 0 <= dropout <= 1:
            raise ValueError(f"MultiheadAttention: dropout must lie in 0 to 1, got {dropout}")
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim, self.vdim, self.batch_first = kdim, vdim, batch_first
        self.rng = None if rng is None else default_rng(rng)
        shapes = {"in_proj_weight": (3 * embed_dim, embed_dim)}
        if kdim != embed_dim or vdim != embed_dim:
            widths = {"q": embed_dim, "k": kdim, "v": vdim}
            shapes = {f"{n}_proj_weight": (embed_dim, width) for n, width in widths.items()}
        self.projections = list(shapes)
        for name, shape in shapes.items():
            weight = Parameter(np.empty(shape, dtype=dtype))
            setattr(self, name, init.xavier_uniform_(weight, rng=self.rng))
        self.in_proj_bias = Parameter(np.zeros(3 * embed_dim, dtype=dtype)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias, dtype=dtype, rng=self.rng)
        if bias:
            init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        inputs = [np.asarray(array) for array in (query, key, value)]
        batched = inputs[0].ndim == 3
        batch_axis = 0 if self.batch_first else 1
        self.check_inputs(inputs, batch_axis)
        if not batched:
            inputs = [np.expand_dims(array, batch_axis) for array in inputs]
            key_padding_mask = None if key_padding_mask is None else [key_padding_mask]
        weights, biases = self.projection_arrays()
        projected = [ops.linear(*args) for args in zip(inputs, weights, biases, strict=True)]
        heads = [self.cut(y) for y, _ in projected]  # (N, heads, L or S, d)
        mask, is_causal = self.merge_masks(key_padding_mask, attn_mask, is_causal, heads)
        attended, attention_backward = ops.scaled_dot_product_attention(
            *heads,
            mask,
            self.dropout if self.training else 0.0,
            is_causal,
            need_weights=need_weights,
            rng=self.rng,
        )
        attended, p = attended if need_weights else (attended, None)
        y, out_backward = self.out_proj.forward(self.join(attended))
        if p is not None and average_attn_weights:
            p = p.mean(axis=1)
        if not batched:
            y, p = y.squeeze(batch_axis), None if p is None else p[0]

        def backward(dy):
            dy, dp = upstream(type(self).__name__, (y, p), dy)
            dattended = None
            if dy is not None:
                dy = dy if batched else np.expand_dims(dy, batch_axis)
                dattended = self.cut(out_backward(dy))
            if dp is not None:
                dp = dp if batched else dp[None]
                if average_attn_weights:
                    dp = np.repeat(dp[:, None] / self.num_heads, self.num_heads, axis=1)
            dheads = attention_backward((dattended, dp) if need_weights else dattended)
            results = [
                back(self.join(dhead)) for (_, back), dhead in zip(projected, dheads, strict=True)
            ]
            dinputs, dweights, dbiases = zip(*results, strict=True)
            self.accumulate(dweights, dbiases)
            return tuple(dx if batched else dx.squeeze(batch_axis) for dx in dinputs)

        return (y, p), backward

    def cut(self, x):
        """Cut (L, N, embed_dim), or N first, into heads: (N, heads, L, d)."""
        x = x.reshape(*x.shape[:2], self.num_heads, -1)
        return x.transpose(0, 2, 1, 3) if self.batch_first else x.transpose(1, 2, 0, 3)

    def join(self, heads):
        """Put heads side by side again: the other way round than cut."""
        x = heads.transpose(0, 2, 1, 3) if self.batch_first else heads.transpose(2, 0, 1, 3)
        return x.reshape(*x.shape[:2], self.embed_dim)

    def projection_arrays(self):
        """Return the three weights and the three biases (Nones where there is none)."""
        weights = [getattr(self, name).data for name in self.projections]
        weights = np.split(weights[0], 3) if len(weights) == 1 else weights
        biases = [None] * 3 if self.in_proj_bias is None else np.split(self.in_proj_bias.data, 3)
        return weights, biases

    def accumulate(self, dweights, dbiases):
        """Add the gradients of the projections to their parameters."""
        if len(self.projections) == 1:
            dweights = [np.concatenate(dweights)]
        for name, dweight in zip(self.projections, dweights, strict=True):
            getattr(self, name).accumulate(dweight)
        if self.in_proj_bias is not None:
            self.in_proj_bias.accumulate(np.concatenate(dbiases))

    def merge_masks(self, key_padding_mask, attn_mask, is_causal, heads):
        """Return one mask as scaled_dot_product_attention takes it, and whether it is causal."""
        (batch, count, rows, _), columns = heads[0].shape, heads[1].shape[2]
        if key_padding_mask is None and attn_mask is None:
            return None, is_causal
        masks = [~np.tri(rows, columns, dtype=bool)[None, None]] if is_causal else []
        if key_padding_mask is not None:
            mask = checked_mask("key_padding_mask", key_padding_mask, [(batch, columns)])
            masks.append(mask[:, None, None])
        if attn_mask is not None:
            whole = batch * count, rows, columns
            mask = checked_mask("attn_mask", attn_mask, [(rows, columns), whole])
            shape = (1, 1) if mask.ndim == 2 else (batch, count)
            masks.append(mask.reshape(*shape, rows, columns))
        if all(mask.dtype.kind == "b" for mask in masks):
            ignored = masks[0]
            for mask in masks[1:]:
                ignored = ignored | mask
            return ~ignored, False
        dtype = heads[0].dtype
        as_floats = [
            np.where(mask, -np.inf, 0).astype(dtype) if mask.dtype.kind == "b" else mask
            for mask in masks
        ]
        return sum(as_floats[1:], start=as_floats[0]), False

    def check_inputs(self, inputs, batch_axis):
        """Refuse shapes that do not fit, in words."""
        shapes = ", ".join(str(array.shape) for array in inputs)
        widths = (self.embed_dim, self.kdim, self.vdim)
        axes = [array.ndim for array in inputs]
        if axes not in ([2] * 3, [3] * 3) or tuple(a.shape[-1] for a in inputs) != widths:
            layout = ("N, L", "N, S") if self.batch_first else ("L, N", "S, N")
            raise ValueError(
                f"MultiheadAttention: expected query ({layout[0]}, {widths[0]}), key "
                f"({layout[1]}, {widths[1]}) and value ({layout[1]}, {widths[2]}), or all three "
                f"without N, got {shapes}"
            )
        sizes = {array.shape[batch_axis] for array in inputs} if axes[0] == 3 else {1}
        lengths = {array.shape[-2 if axes[0] == 2 else 1 - batch_axis] for array in inputs[1:]}
        if len(sizes) > 1 or len(lengths) > 1:
            raise ValueError(
                "MultiheadAttention: query, key and value need one N, key and value one length, "
                f"got {shapes}"
            )


def checked_mask(name, mask, shapes):
    """Return a mask as an array of booleans or floats of one of the shapes."""
    mask = np.asarray(mask)
    if mask.dtype.kind not in "bf":
        raise TypeError(
            f"MultiheadAttention: {name} holds booleans (True: ignore) or floats that are added to "
            f"the scores, got dtype {mask.dtype}"
        )
    if mask.shape not in shapes:
        raise ValueError(
            f"MultiheadAttention: {name} must have shape {' or '.join(map(str, shapes))}, "
            f"got {mask.shape}"
        )
    return mask

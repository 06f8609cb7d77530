"""Attention, one query at a time."""

import numpy as np

from dlcourse.nn.naive.activations import softmax


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, *, is_causal=False, scale=None, need_weights=False
):
    """yᵢ = Σⱼ pᵢⱼ vⱼ with pᵢ = softmaxⱼ(scale · qᵢ · kⱼ + mask); a hidden key is left out.

    As `dlcourse.nn.ops.scaled_dot_product_attention`, without dropout.
    """
    batch, (rows, columns) = query.shape[:-2], (query.shape[-2], key.shape[-2])
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    if is_causal:
        attn_mask = np.array([[j <= i for j in range(columns)] for i in range(rows)], dtype=bool)
    mask = np.ones((rows, columns), dtype=bool) if attn_mask is None else attn_mask
    mask = np.broadcast_to(mask, (*batch, rows, columns))
    y = np.zeros((*batch, rows, value.shape[-1]), dtype=query.dtype)
    weights = np.zeros((*batch, rows, columns), dtype=query.dtype)
    seen, backwards = {}, {}
    for place in np.ndindex(*batch, rows):
        matrix = place[:-1]
        hidden = ~mask[place] if mask.dtype == bool else mask[place] == -np.inf
        seen[place] = [j for j in range(columns) if not hidden[j]]
        scores = [scale * sum(query[place] * key[matrix][j]) for j in seen[place]]
        if mask.dtype != bool:
            scores = [s + mask[place][j] for s, j in zip(scores, seen[place], strict=True)]
        if scores:
            p, backwards[place] = softmax(np.array(scores, dtype=query.dtype))
            weights[place][seen[place]] = p
        for j in seen[place]:
            y[place] += weights[place][j] * value[matrix][j]

    def backward(dy):
        dy, dweights = dy if need_weights else (dy, None)
        dy = np.zeros_like(y) if dy is None else dy
        dweights = np.zeros_like(weights) if dweights is None else dweights
        dquery, dkey, dvalue = np.zeros_like(query), np.zeros_like(key), np.zeros_like(value)
        for place in backwards:
            matrix, js = place[:-1], seen[place]
            dp = [sum(dy[place] * value[matrix][j]) + dweights[place][j] for j in js]
            dscores = backwards[place](np.array(dp, dtype=query.dtype))
            for j, dscore in zip(js, dscores, strict=True):
                dvalue[matrix][j] += weights[place][j] * dy[place]
                dquery[place] += scale * dscore * key[matrix][j]
                dkey[matrix][j] += scale * dscore * query[place]
        return dquery, dkey, dvalue

    return ((y, weights) if need_weights else y), backward

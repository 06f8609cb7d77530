"""Scaled dot-product attention: every query takes a weighted mean of the values."""

import math

import numpy as np

from dlcourse.nn.ops.operation import operation
from dlcourse.random import default_rng

# Matrices of scores that are worked on together: as many as stay in a processor's cache.
BLOCK_BYTES = 2**20
# The fewest queries for which a part of a causal mask is worth a product of its own.
PART_ROWS = 32


@operation("query", "key", "value")
def scaled_dot_product_attention(
    query,
    key,
    value,
    attn_mask=None,
    dropout_p=0.0,
    is_causal=False,
    scale=None,
    *,
    need_weights=False,
    rng=None,
):
    """y = softmax(scale · Q Kᵀ + mask) V, the softmax along the keys (Vaswani et al., 2017).

    query: (..., L, E), key: (..., S, E), value: (..., S, D), with the same leading axes (batch,
    heads). scale: 1/√E where left out. attn_mask broadcasts to (..., L, S): booleans, True where a
    query may *attend* to a key (in MultiheadAttention a True means *ignore*; so it is in
    PyTorch), or floats that are added to the scores, −∞ to hide; it gets no gradient. is_causal:
    query i attends to the keys 0 … i. dropout_p: the share of weights that is zeroed, the others
    growing by 1 / (1 − dropout_p); it acts whenever it is given. rng: a generator or seed for it.

    Returns y: (..., L, D), or with need_weights, which PyTorch's function does not have, (y,
    weights) with weights: (..., L, S) before dropout; and backward, which maps dL/dy (or
    (dL/dy, dL/dweights), either of them None) to the gradients for query, key and value. A query
    from which every key is hidden gets zeros.

    With P the weights, dL/dscores = P · (dL/dP − Σ dL/dP P along the keys), and the sum is that of
    dL/dy · y along D: no second pass over the scores. P is kept without the division by its sum,
    which is made up for in the smaller arrays.

    Raises ValueError where shapes do not fit, there is no key, or attn_mask and is_causal are both
    given; TypeError for a mask of another dtype.

    >>> query, key = [[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]
    >>> y, backward = scaled_dot_product_attention(query, key, [[10.0], [20.0]], scale=1.0)
    >>> y.round(4)  # e : 1 for the first
    array([[12.6894]])
    >>> dquery, dkey, dvalue = backward([[1.0]])
    >>> dvalue.round(4)
    array([[0.7311],
           [0.2689]])
    """
    check_shapes(query, key, value)
    batch, (rows, columns) = query.shape[:-2], (query.shape[-2], key.shape[-2])
    masks = hiding(attn_mask, is_causal, (*batch, rows, columns), query.dtype)
    if not 0 <= dropout_p <= 1:
        raise ValueError(
            f"scaled_dot_product_attention: dropout_p must lie in 0 to 1, got {dropout_p}"
        )
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else float(scale)
    rng, raised = default_rng(rng), 1 / (1 - dropout_p) if dropout_p < 1 else 0.0

    q, k, v = matrices(query) * scale, matrices(key), matrices(value)  # (B, L or S, E or D)
    p = np.zeros((len(q), rows, columns), dtype=query.dtype)  # e to the scores
    total = np.empty((len(q), rows, 1), dtype=query.dtype)
    y = np.empty((len(q), rows, v.shape[-1]), dtype=query.dtype)
    kept = np.zeros(p.shape, dtype=bool) if dropout_p else None
    blocks = [(block, *part) for block in blocks_of(p) for part in parts_of(p, is_causal)]

    def dropped(scores, place):
        return scores if kept is None else scores * kept[place] * raised

    for block, some, seen in blocks:
        place = block, some, seen
        scores = np.matmul(q[block, some], k[block, seen].swapaxes(1, 2), out=p[place])
        for mask in masks:
            hide(scores, of_block(mask, batch, block, some, seen))
        # The least finite number in place of −∞: a row that is all hidden has no largest score.
        scores -= np.maximum(scores.max(axis=-1, keepdims=True), np.finfo(p.dtype).min)
        np.exp(scores, out=scores)
        total[block, some] = scores.sum(axis=-1, keepdims=True)
        total[block, some] += total[block, some] == 0
        if kept is not None:
            kept[place] = rng.random(scores.shape) >= dropout_p
        np.matmul(dropped(scores, place), v[block, seen], out=y[block, some])
        y[block, some] /= total[block, some]
    weights = (p / total).reshape(*batch, rows, columns) if need_weights else None

    def backward(dy):
        dy, dweights = dy if need_weights else (dy, None)
        dy = np.zeros_like(y) if dy is None else dy.reshape(y.shape)
        dq, dk, dv = np.empty_like(q), np.zeros_like(k), np.zeros_like(v)
        for block, some, seen in blocks:
            place = block, some, seen
            dy_of_sum = dy[block, some] / total[block, some]
            dv[block, seen] += dropped(p[place], place).swapaxes(1, 2) @ dy_of_sum
            dscores = dropped(dy_of_sum @ v[block, seen].swapaxes(1, 2), place)
            dscores -= (dy_of_sum * y[block, some]).sum(axis=-1, keepdims=True)
            if dweights is not None:
                dp = matrices(dweights)[place]
                through_sum = (dp * matrices(weights)[place]).sum(axis=-1, keepdims=True)
                dscores += (dp - through_sum) / total[block, some]
            dscores *= p[place]
            np.matmul(dscores, k[block, seen], out=dq[block, some])
            dk[block, seen] += dscores.swapaxes(1, 2) @ q[block, some]
        dq *= scale
        return dq.reshape(query.shape), dk.reshape(key.shape), dv.reshape(value.shape)

    y_out = y.reshape(*batch, rows, v.shape[-1])
    return ((y_out, weights) if need_weights else y_out), backward


def matrices(array):
    """Return (..., m, n) as (B, m, n)."""
    return array.reshape(math.prod(array.shape[:-2]), *array.shape[-2:])


def blocks_of(p):
    """Return slices of p's first axis, each of about BLOCK_BYTES and at least one matrix."""
    step = max(1, BLOCK_BYTES // max(1, p[:1].nbytes))
    return [slice(start, min(start + step, len(p))) for start in range(0, len(p), step)]


def parts_of(p, is_causal):
    """Return (queries, keys) as slices: all, or parts of the queries with the keys they may see.

    Under a causal mask a quarter of the queries needs no later key, so that three eighths of the
    work is left out.
    """
    rows, columns = p.shape[1:]
    if not is_causal:
        return [(slice(rows), slice(columns))]
    step = max(PART_ROWS, -(-rows // 4))
    return [(slice(start, start + step), slice(start + step)) for start in range(0, rows, step)]


def hiding(attn_mask, is_causal, shape, dtype):
    """Return a list of what hides keys: booleans, True where hidden, or floats to add."""
    if is_causal and attn_mask is not None:
        raise ValueError(
            "scaled_dot_product_attention: give attn_mask or is_causal, not both: a mask may hide "
            "the future as well"
        )
    if is_causal:
        return [~np.tri(*shape[-2:], dtype=bool)]
    if attn_mask is None:
        return []
    mask = np.asarray(attn_mask)
    if mask.dtype.kind not in "bf":
        raise TypeError(
            "scaled_dot_product_attention: attn_mask holds booleans (True: attend) or floats that "
            f"are added to the scores, got dtype {mask.dtype}"
        )
    fits = len(mask.shape) <= len(shape) and all(
        length in (1, expected)
        for length, expected in zip(mask.shape[::-1], shape[::-1], strict=False)
    )
    if not fits:
        raise ValueError(
            f"scaled_dot_product_attention: attn_mask must broadcast to {shape}, got {mask.shape}"
        )
    mask = mask.reshape((1,) * (len(shape) - mask.ndim) + mask.shape)
    return [~mask if mask.dtype.kind == "b" else mask.astype(dtype, copy=False)]


def of_block(mask, batch, block, some, seen):
    """Return the part of a mask that belongs to a block of matrices and a part of each."""
    rows = some if mask.shape[-2] > 1 else slice(None)
    mask = mask[..., rows, seen if mask.shape[-1] > 1 else slice(None)]
    if mask.ndim == 2 or math.prod(mask.shape[:-2]) == 1:
        return mask.reshape(mask.shape[-2:])
    places = np.unravel_index(np.arange(block.start, block.stop), batch)
    return np.broadcast_to(mask, (*batch, *mask.shape[-2:]))[places]


def hide(scores, mask):
    """Put −∞ where a boolean mask is True, or add a mask of floats, in place."""
    if mask.dtype.kind == "b":
        np.copyto(scores, -np.inf, where=mask)
    else:
        scores += mask


def check_shapes(query, key, value):
    """Refuse what attention is not defined for, in words."""
    shapes = f"{query.shape}, {key.shape} and {value.shape}"
    title = "scaled_dot_product_attention"
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ValueError(
            f"{title}: query, key and value have shapes (..., L, E), (..., S, E) and (..., S, D), "
            f"got {shapes}"
        )
    if not query.shape[:-2] == key.shape[:-2] == value.shape[:-2]:
        raise ValueError(
            f"{title}: query, key and value must have the same leading axes, got {shapes}"
        )
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"{title}: query and key need the same last axis, key and value the same number of "
            f"rows, got {shapes}"
        )
    if query.shape[-1] == 0 or key.shape[-2] == 0:
        raise ValueError(f"{title}: at least one key and one feature are needed, got {shapes}")

"""Attention with what it is held against: PyTorch's function, and autograd for its weights."""

import numpy as np
import torch
from hypothesis import strategies as st

from tests.nn.oracles import Case, Drawn, seeds

up_to_three = st.integers(1, 3)


def mask_of(draw, rng, shape):
    """A mask that broadcasts to shape: True to attend, or floats to add; rows may be all hidden."""
    leading = [draw(st.sampled_from([1, n])) for n in shape[:-2]]
    shape = [*leading[draw(st.integers(0, len(leading))) :], *shape[-2:]]
    attend = rng.random(shape) < 0.7
    if draw(st.booleans()):
        return attend
    return np.where(attend, rng.standard_normal(shape), -np.inf)


@st.composite
def attention(draw):
    rng = np.random.default_rng(draw(seeds))
    batch = draw(st.sampled_from([(), (2,), (2, 3), (0, 2), (1, 2)]))
    queries, keys, features, width = (draw(up_to_three) for _ in range(4))
    shapes = (queries, features), (keys, features), (keys, width)
    options = {
        "scale": draw(st.sampled_from([None, 0.5, 1.0])),
        "need_weights": draw(st.booleans()),
    }
    kind = draw(st.sampled_from(["none", "causal", "mask"]))
    options["is_causal"] = kind == "causal"
    others = [mask_of(draw, rng, (*batch, queries, keys))] if kind == "mask" else []
    return Drawn([rng.standard_normal((*batch, *s)) for s in shapes], others, options)


def torch_attention(
    query, key, value, attn_mask=None, *, is_causal=False, scale=None, need_weights=False
):
    y = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask, is_causal=is_causal, scale=scale
    )
    if not need_weights:
        return y
    # With the identity for the values, attention returns its weights.
    identity = torch.eye(key.shape[-2], dtype=key.dtype).expand(*key.shape[:-2], -1, -1)
    return y, torch.nn.functional.scaled_dot_product_attention(
        query, key, identity, attn_mask, is_causal=is_causal, scale=scale
    )


ATTENTION_CASES = [Case("scaled_dot_product_attention", attention(), torch_attention)]

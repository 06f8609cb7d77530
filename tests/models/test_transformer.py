"""The block against PyTorch's own, with its weights."""

import pytest
import torch
from torch import nn

from dlcourse.models.transformer import Block, SelfAttention


def twins(causal):
    torch.manual_seed(0)
    ours = Block(12, 3, causal=causal, eps=1e-5).eval()
    theirs = nn.TransformerEncoderLayer(
        12, 3, 48, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    ).eval()
    same = {
        "self_attn.in_proj_weight": "attention.qkv.weight",
        "self_attn.in_proj_bias": "attention.qkv.bias",
        "self_attn.out_proj.weight": "attention.proj.weight",
        "self_attn.out_proj.bias": "attention.proj.bias",
        "linear1.weight": "mlp.0.weight",
        "linear1.bias": "mlp.0.bias",
        "linear2.weight": "mlp.2.weight",
        "linear2.bias": "mlp.2.bias",
    }
    state = ours.state_dict()
    theirs.load_state_dict({name: state[same.get(name, name)] for name in theirs.state_dict()})
    return ours, theirs


@pytest.mark.parametrize("causal", [False, True])
def test_the_block_equals_pytorch_s(causal):
    ours, theirs = twins(causal)
    x = torch.randn(2, 7, 12)
    mask = nn.Transformer.generate_square_subsequent_mask(7) if causal else None
    torch.testing.assert_close(ours(x), theirs(x, src_mask=mask, is_causal=causal))


@pytest.mark.parametrize("causal", [False, True])
def test_the_weights_are_those_that_mix_the_values(causal):
    torch.manual_seed(0)
    attention = SelfAttention(12, 3, causal)
    x = torch.randn(2, 7, 12)
    weights = attention.weights(x)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 3, 7))
    _, _, v = attention.heads(x)
    mixed = attention.proj((weights @ v).transpose(1, 2).flatten(2))
    torch.testing.assert_close(mixed, attention(x))
    assert bool(weights.triu(1).any()) is not causal


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="divisible by num_heads, got 12 and 5"):
        SelfAttention(12, 5)

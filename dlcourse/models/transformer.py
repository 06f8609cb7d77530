"""The transformer's block: attention and a small network, each added to what it was given."""

import torch
from torch import nn
from torch.nn import functional as F


class SelfAttention(nn.Module):
    """y = W_o · (softmax(q kᵀ / √d) v for every head), with q, k, v from one linear layer of x.

    x: (N, T, D), and so is y; d = D / num_heads. causal: a place attends to itself and to what
    stands before it. Source: Vaswani et al., 2017.
    """

    def __init__(self, dim, num_heads, causal=False):
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"dim must be divisible by num_heads, got {dim} and {num_heads}")
        self.num_heads, self.causal = num_heads, causal
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def heads(self, x):
        """q, k, v: each (N, num_heads, T, d)."""
        qkv = self.qkv(x).unflatten(-1, (3, self.num_heads, -1))  # (N, T, 3, num_heads, d)
        return qkv.permute(2, 0, 3, 1, 4).unbind(0)

    def forward(self, x):
        q, k, v = self.heads(x)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.proj(y.transpose(1, 2).flatten(2))

    @torch.no_grad()
    def weights(self, x):
        """What each place looks at: (N, num_heads, T, T), rows sum to one."""
        q, k, _ = self.heads(x)
        scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
        if self.causal:
            future = torch.ones_like(scores, dtype=torch.bool).triu(1)
            scores = scores.masked_fill(future, float("-inf"))
        return scores.softmax(-1)


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)); the MLP is four times as wide, with GELU."""

    def __init__(self, dim, num_heads, causal=False, eps=1e-6, dropout=0.0):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=eps)
        self.attention = SelfAttention(dim, num_heads, causal)
        self.norm2 = nn.LayerNorm(dim, eps=eps)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.dropout(self.mlp(self.norm2(x)))


def initialize(model, std=0.02):
    """Linear layers and embeddings from N(0, 0.02²), cut at two deviations; biases zero."""
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.trunc_normal_(module.weight, std=std, a=-2 * std, b=2 * std)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

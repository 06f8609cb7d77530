"""Recurrent layers and attention against PyTorch: time and peak memory, forward and backward.

The clock counts the thread's own time, so that other work on the machine disturbs less; both
libraries run in the calling thread.
"""

import contextlib
import time
from functools import partial

import numpy as np

from benchmarks.harness import Report, close, compare, one_thread
from benchmarks.memory import add_memory
from dlcourse import nn
from dlcourse.nn import ops

NAME = "recurrent_attention"

# kind, steps, batch, inputs, hidden units, target
RECURRENT = {
    f"{kind} T{t} B{b} I{i} H{h}": (kind, t, b, i, h, target)
    for kind, target in (("RNN", None), ("GRU", 1.7), ("LSTM", 1.6))
    for t, b, i, h in ((100, 32, 64, 128), (50, 64, 128, 256))
}
# batch, heads, length, features of a head
ATTENTION = {
    f"causal attention B{b} h{h} L{length} d{d}": (b, h, length, d)
    for b, h, length, d in ((8, 8, 128, 64), (4, 8, 256, 64), (2, 8, 512, 64))
}
# batch, length, width, heads
ENCODER = {"encoder layer B8 L128 d256, 8 heads": (8, 128, 256, 8)}
MEMORY = ["LSTM T100 B32 I64 H128", "LSTM T50 B64 I128 H256", "GRU T50 B64 I128 H256", *ATTENTION]
MEMORY_TARGET = 2.0


def run(full=False):
    """Measure; with full over 25 repeats instead of 9."""
    import torch

    measure = partial(compare, repeats=25 if full else 9, clock=time.thread_time)
    report = Report(NAME)
    with one_thread():
        for label, (*sizes, target) in RECURRENT.items():
            ours, peer = recurrent(torch, *sizes)
            report.ratios.append(
                measure(label, ours, peer, same=close(rtol=1e-3, atol=1e-3), target=target)
            )
        for label, sizes in ATTENTION.items():
            ours, peer = attention(torch, *sizes)
            report.ratios.append(measure(label, ours, peer, same=close(1e-3, 1e-4), target=1.0))
        for label, sizes in ENCODER.items():
            ours, peer = encoder(torch, *sizes)
            report.ratios.append(measure(label, ours, peer, same=close(1e-3, 1e-3)))
    add_memory(report, NAME, MEMORY, MEMORY_TARGET)
    report.facts["attention_in_memory"] = "PyTorch's math backend, which keeps its scores too"
    return report


def memory_case(label, torch, small):
    """The two sides of a case; small: the same code at sizes that need no memory to speak of."""
    if label in RECURRENT:
        kind, *sizes, _ = RECURRENT[label]
        return recurrent(torch, kind, *([2, 2, 2, 2] if small else sizes))
    return attention(torch, *([1, 2, 4, 4] if small else ATTENTION[label]), math=True)


def recurrent(torch, kind, steps, batch, inputs, hidden):
    """A layer with PyTorch's weights: the output, and the gradients of input and parameters."""
    rng = np.random.default_rng(0)
    peer_layer = getattr(torch.nn, kind)(inputs, hidden)
    layer = getattr(nn, kind)(inputs, hidden)
    layer.load_state_dict(peer_layer.state_dict())
    x, dy = _normal(rng, steps, batch, inputs), _normal(rng, steps, batch, hidden)
    tx, tdy = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dy)

    def ours():
        layer.zero_grad()
        output, _ = layer(x)
        dx = layer.backward(dy)
        return output, dx, *(parameter.grad for parameter in layer.parameters())

    def peer():
        output, _ = peer_layer(tx)
        return output, *torch.autograd.grad(output, [tx, *peer_layer.parameters()], tdy)

    return ours, peer


def attention(torch, batch, heads, length, features, math=False):
    """Causal attention: the output and three gradients; math: PyTorch's plain implementation."""
    from torch.nn.attention import SDPBackend, sdpa_kernel

    rng = np.random.default_rng(0)
    q, k, v, dy = (_normal(rng, batch, heads, length, features) for _ in range(4))
    tq, tk, tv = (torch.from_numpy(a).requires_grad_() for a in (q, k, v))
    tdy = torch.from_numpy(dy)
    attend = torch.nn.functional.scaled_dot_product_attention

    def ours():
        y, backward = ops.scaled_dot_product_attention(q, k, v, is_causal=True)
        return y, *backward(dy)

    def peer():
        with sdpa_kernel(SDPBackend.MATH) if math else contextlib.nullcontext():
            y = attend(tq, tk, tv, is_causal=True)
        return y, *torch.autograd.grad(y, (tq, tk, tv), tdy)

    return ours, peer


def encoder(torch, batch, length, width, heads):
    """An encoder layer with PyTorch's weights: the output and all gradients."""
    rng = np.random.default_rng(0)
    # GELU has no kink at which the last digit of a score would decide about a gradient.
    options = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
    peer_layer = torch.nn.TransformerEncoderLayer(width, heads, 4 * width, **options)
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, **options)
    layer.load_state_dict(peer_layer.state_dict())
    x, dy = _normal(rng, batch, length, width), _normal(rng, batch, length, width)
    tx, tdy = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dy)

    def ours():
        layer.zero_grad()
        y = layer(x)
        dx = layer.backward(dy)
        return y, dx, *(parameter.grad for parameter in layer.parameters())

    def peer():
        y = peer_layer(tx)
        return y, *torch.autograd.grad(y, [tx, *peer_layer.parameters()], tdy)

    return ours, peer


def _normal(rng, *shape):
    return rng.standard_normal(shape, dtype=np.float32)

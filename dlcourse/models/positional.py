"""Where something is, as numbers that a network can use."""

import math

import torch
from torch import nn


class FourierFeatures(nn.Module):
    """γ(x) = (sin 2πBx, cos 2πBx) with random frequencies B (Tancik et al., 2020).

    x: (..., in_features); γ: (..., 2 · num_frequencies), the sines first. The buffer `frequencies`:
    (num_frequencies, in_features) is drawn once from a normal distribution with standard deviation
    `scale`, in cycles per unit of x, and not learned. scale is the bandwidth: with too small a
    scale a network blurs, with too large a one it draws noise.

    >>> FourierFeatures(2, 256, scale=10.0)(torch.ones(5, 2)).shape
    torch.Size([5, 512])
    """

    def __init__(self, in_features, num_frequencies, scale=1.0, generator=None):
        super().__init__()
        if in_features < 1 or num_frequencies < 1:
            raise ValueError(
                "FourierFeatures needs at least one feature and one frequency, got "
                f"in_features={in_features}, num_frequencies={num_frequencies}"
            )
        if not scale > 0:
            raise ValueError(f"FourierFeatures: scale must be above 0, got {scale}")
        self.in_features, self.num_frequencies, self.scale = in_features, num_frequencies, scale
        drawn = torch.randn(num_frequencies, in_features, generator=generator)
        self.register_buffer("frequencies", scale * drawn)

    def forward(self, x):
        turns = 2 * math.pi * x @ self.frequencies.T  # (..., num_frequencies)
        return torch.cat([turns.sin(), turns.cos()], dim=-1)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, num_frequencies={self.num_frequencies}, "
            f"scale={self.scale}"
        )


class SinusoidalPositionalEncoding(nn.Module):
    """y[t] = x[t] + p[t], with sines and cosines of the place t (Vaswani et al., 2017).

        p[t, 2i] = sin(t / base^(2i / d)),   p[t, 2i + 1] = cos(t / base^(2i / d))

    d is d_model, an even number. x: (T, N, d_model), or (N, T, d_model) with batch_first; y: of x's
    shape. max_len: the longest sequence. The table is neither learned nor part of the state.

    >>> SinusoidalPositionalEncoding(4)(torch.zeros(2, 1, 4))[1, 0].numpy().round(2).tolist()
    [0.8399999737739563, 0.5400000214576721, 0.009999999776482582, 1.0]
    """

    def __init__(self, d_model, max_len=5000, *, base=10000.0, batch_first=False):
        super().__init__()
        if d_model < 2 or d_model % 2:
            raise ValueError(
                f"SinusoidalPositionalEncoding: d_model must be even, a sine and a cosine for each "
                f"wavelength, got {d_model}"
            )
        self.d_model, self.max_len, self.batch_first = d_model, max_len, batch_first
        place = torch.arange(max_len, dtype=torch.float64)[:, None]
        rate = base ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
        table = torch.stack([(place * rate).sin(), (place * rate).cos()], dim=-1)
        self.register_buffer("encoding", table.flatten(1).float(), persistent=False)

    def forward(self, x):
        steps = x.shape[1] if self.batch_first else x.shape[0]
        if steps > self.max_len:
            raise ValueError(f"the sequence has {steps} places, max_len is {self.max_len}")
        table = self.encoding[:steps].to(x.dtype)  # (T, d_model)
        return x + (table if self.batch_first else table[:, None])

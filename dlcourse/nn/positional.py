"""Where something is, as numbers that a network can use."""

import numpy as np

from dlcourse.nn import init, ops
from dlcourse.nn.module import Module


class FourierFeatures(Module):
    """γ(x) = (sin 2πBx, cos 2πBx) with random frequencies B (Tancik et al., 2020).

    x: (..., in_features), γ: (..., 2 · num_frequencies), the sines first. B: (num_frequencies,
    in_features), the buffer `frequencies`, is drawn once from a normal distribution with standard
    deviation `scale`, in cycles per unit of x, and not learned. scale is the bandwidth: with too
    small a scale a network blurs, with too large a one it draws noise. rng: a generator or seed in
    place of the course's own.

    Raises ValueError where a size, the scale or a shape does not fit.

    >>> layer = FourierFeatures(2, 256, scale=10.0, rng=0)
    >>> y = layer(np.ones((5, 2), dtype=np.float32))
    >>> y.shape, layer.backward(y).shape
    ((5, 512), (5, 2))
    """

    can_skip_input_grad = True

    def __init__(self, in_features, num_frequencies, scale=1.0, *, dtype=np.float32, rng=None):
        super().__init__()
        for name, size in (("in_features", in_features), ("num_frequencies", num_frequencies)):
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(
                    f"FourierFeatures: {name} must be an integer of at least 1, got {size!r}"
                )
        if not scale > 0:
            raise ValueError(f"FourierFeatures: scale must be above 0, got {scale}")
        self.in_features, self.num_frequencies, self.scale = in_features, num_frequencies, scale
        frequencies = np.empty((num_frequencies, in_features), dtype=dtype)
        self.register_buffer("frequencies", init.normal_(frequencies, std=scale, rng=rng))

    def forward(self, x):
        y, backward = ops.fourier_features(x, self.frequencies)
        return y, lambda dy, **how: backward(dy, **how)[0]

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, num_frequencies={self.num_frequencies}, "
            f"scale={self.scale}"
        )


class SinusoidalPositionalEncoding(Module):
    """y[t] = x[t] + p[t], with sines and cosines of the place t (Vaswani et al., 2017).

    ```
    p[t, 2i] = sin(t / base^(2i / d)),   p[t, 2i + 1] = cos(t / base^(2i / d))
    ```

    d is d_model, an even number. The pairs turn at wavelengths from 2π to 2π · base, and p[t + k]
    is a rotation of p[t] by angles that depend on k alone. x: (T, N, d_model), or (N, T, d_model)
    with batch_first, or (T, d_model); y: of x's shape. max_len: the longest sequence; it fixes the
    table `encoding`: (max_len, d_model), which is neither learned nor part of the state.

    Raises ValueError where a size or shape does not fit or a sequence is too long.

    >>> layer = SinusoidalPositionalEncoding(4)
    >>> layer(np.zeros((2, 1, 4)))[:, 0].round(2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]])
    """

    def __init__(self, d_model, max_len=5000, *, base=10000.0, batch_first=False):
        super().__init__()
        for name, size in (("d_model", d_model), ("max_len", max_len)):
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(
                    f"SinusoidalPositionalEncoding: {name} must be an integer of at least 1, "
                    f"got {size!r}"
                )
        if d_model % 2:
            raise ValueError(f"SinusoidalPositionalEncoding: d_model must be even, got {d_model}")
        if not base > 0:
            raise ValueError(f"SinusoidalPositionalEncoding: base must be above 0, got {base}")
        self.d_model, self.max_len, self.base = d_model, max_len, base
        self.batch_first = batch_first
        wavelengths = base ** (np.arange(0, d_model, 2) / d_model)  # over 2π
        angles = np.arange(max_len)[:, None] / wavelengths
        self.encoding = np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(max_len, -1)

    def forward(self, x):
        x = np.asarray(x)
        if x.ndim not in (2, 3) or x.shape[-1] != self.d_model or x.dtype.kind != "f":
            layout = "N, T" if self.batch_first else "T, N"
            raise ValueError(
                f"SinusoidalPositionalEncoding: expected floats of shape ({layout}, "
                f"{self.d_model}) or (T, {self.d_model}), got {x.dtype} of shape {x.shape}"
            )
        length = x.shape[1 if self.batch_first and x.ndim == 3 else 0]
        if length > self.max_len:
            raise ValueError(
                f"SinusoidalPositionalEncoding: a sequence has at most max_len = {self.max_len} "
                f"places, got {length}"
            )
        places = self.encoding[:length].astype(x.dtype)
        if x.ndim == 3 and not self.batch_first:
            places = places[:, None]
        return x + places, lambda dy: dy

    def extra_repr(self):
        return f"d_model={self.d_model}, max_len={self.max_len}"

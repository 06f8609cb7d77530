"""Finding a known pattern in noise."""

import numpy as np

from dlcourse.nn.signal.convolve import checked, correlate, correlate2d, slide

# A deviation that is smaller than this share of the largest is rounding, not a pattern.
FLAT = 1e-6


def matched_filter(x, template, mode="valid", noise_covariance=None):
    """y = x correlated with h = R⁻¹ s / √(sᵀ R⁻¹ s): the linear filter with the best peak in noise.

    x: (N,) or (H, W), a signal in which the template s, (M,) or (h, w), may stand somewhere;
    noise_covariance R: (M, M) or, for an image, (h·w, h·w) in reading order, symmetric and
    positive definite; None is white noise of variance 1, for which h is s itself, made of length 1.
    mode as for `correlate`; with "valid", y[k] is the response to a template that begins at k.

    Of all filters h has the largest ratio of peak to noise: its response to the noise has variance
    1, so that y counts in standard deviations, and its response to s alone is √(sᵀ R⁻¹ s), ‖s‖ for
    R = 1. In white noise of standard deviation σ both shrink together: divide y by σ
    (North, 1943; Turin, 1960).
    Raises ValueError for shapes that do not go together, a template of zeros, and a matrix that is
    no covariance.

    >>> x = np.array([0.0, 0.0, 3.0, 4.0, 0.0])
    >>> matched_filter(x, [3.0, 4.0])
    array([0. , 2.4, 5. , 2.4])
    """
    x, template = floats("matched_filter", x, template)
    whitened = template
    if noise_covariance is not None:
        whitened = inverse_times(noise_covariance, template)
    energy = float((template * whitened).sum())
    if energy <= 0:
        raise ValueError("matched_filter: the template must not be zero everywhere")
    kernel = whitened / template.dtype.type(energy**0.5)
    return (correlate if x.ndim == 1 else correlate2d)(x, kernel, mode=mode)


def normalized_cross_correlation(x, template):
    """y[k] = Σ (x − x̄)(s − s̄) / √(Σ (x − x̄)² Σ (s − s̄)²), sums over the window at k.

    The correlation coefficient of the template s with each window of x that it fits in: −1 to 1,
    1 where the window is a s + b with a > 0, so that neither brightness nor contrast matter
    (Lewis, 1995). x: (N,) or (H, W), s: (M,) or (h, w) of at least two elements that are not all
    equal. Returns (N − M + 1,) or (H − h + 1, W − w + 1), 0 where a window is constant: where its
    deviation is below a millionth of the largest distance of x from its mean.
    Raises ValueError where the template fits nowhere or is constant.

    >>> normalized_cross_correlation([0.0, 1.0, 3.0, 2.0, 2.0], [10.0, 20.0])
    array([ 1.,  1., -1.,  0.])
    """
    x, template = floats("normalized_cross_correlation", x, template)
    if any(m > n for n, m in zip(x.shape, template.shape, strict=True)):
        raise ValueError(
            f"normalized_cross_correlation: the template must fit in x, got {template.shape} for "
            f"x of shape {x.shape}"
        )
    # In float64 and around the mean, Σ x² − (Σ x)² / M keeps the digits that a difference needs.
    centred, pattern = (array - array.mean() for array in (x.astype(float), template.astype(float)))
    energy = (pattern * pattern).sum()
    if np.abs(pattern).max() <= FLAT * np.abs(template).max():
        raise ValueError("normalized_cross_correlation: the template must not be constant")
    window = np.ones(template.shape)
    spread = slide(centred * centred, window) - slide(centred, window) ** 2 / template.size
    constant = spread <= template.size * (FLAT * np.abs(centred).max()) ** 2
    spread[constant] = 1
    y = slide(centred, pattern) / (spread * energy) ** 0.5
    y[constant] = 0
    return np.clip(y, -1, 1).astype(x.dtype, copy=False)


def floats(title, x, template):
    """Return signal and template as arrays of x's floating dtype and as many axes, 1 or 2."""
    x, template = np.asarray(x), np.asarray(template)
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    dimensions = 2 if x.ndim == 2 else 1
    x, template = checked(title, {"x": x, "template": template}, dimensions, "valid")
    if "c" in (x.dtype.kind, template.dtype.kind):
        raise TypeError(f"{title}: x and template must be real, got {x.dtype}, {template.dtype}")
    return x.astype(dtype, copy=False), template.astype(dtype, copy=False)


def inverse_times(covariance, template):
    """R⁻¹ s, in s's shape; refuses what is no covariance of as many numbers as s has."""
    covariance = np.asarray(covariance, dtype=template.dtype)
    size = template.size
    if covariance.shape != (size, size):
        raise ValueError(
            f"matched_filter: noise_covariance must have shape {(size, size)} for a template of "
            f"{size} elements, got {covariance.shape}"
        )
    symmetric = np.allclose(covariance, covariance.T, rtol=1e-4, atol=0)
    if not symmetric or np.linalg.eigvalsh(covariance)[0] <= 0:
        raise ValueError(
            "matched_filter: noise_covariance must be symmetric and positive definite, as the "
            "covariance of noise in every direction is"
        )
    return np.linalg.solve(covariance, template.ravel()).reshape(template.shape)

"""Finding a known pattern in noise."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlcourse.nn.signal.convolve import checked, correlate, correlate2d, slide


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
    equal. Returns (N − M + 1,) or (H − h + 1, W − w + 1), 0 where a window is constant.
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
    pattern = template - template.mean()
    energy = float((pattern * pattern).sum())
    if energy <= scale_of_rounding(template) ** 2 * template.size:
        raise ValueError("normalized_cross_correlation: the template must not be constant")
    axes = tuple(range(x.ndim, 2 * x.ndim))
    # The difference of two large sums would lose the small variance of a bright window.
    deviation = sliding_window_view(x, template.shape).std(axis=axes)
    constant = deviation <= scale_of_rounding(x)
    deviation[constant] = 1
    y = slide(x - x.mean(), pattern) / (deviation * (energy * template.size) ** 0.5)
    y[constant] = 0
    return np.clip(y, -1, 1).astype(x.dtype, copy=False)


def scale_of_rounding(x):
    """The deviation that rounding alone can give to equal numbers as large as x's."""
    return float(8 * np.finfo(x.dtype).eps * np.abs(x).max(initial=0))


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

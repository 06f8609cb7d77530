"""Gradients kept from growing too long."""

import numpy as np

from dlcourse.nn.module import Parameter


def with_gradients(parameters):
    """The parameters that have a gradient, of one Parameter or of an iterable."""
    parameters = [parameters] if isinstance(parameters, Parameter) else list(parameters)
    for parameter in parameters:
        if not isinstance(parameter, Parameter):
            raise TypeError(f"clipping expects Parameters, got {type(parameter).__name__}")
    return [parameter for parameter in parameters if parameter.grad is not None]


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """g ← g · min(1, max_norm / ‖g‖), with ‖g‖ the norm of all gradients as one vector.

    The direction stays. norm_type: the p of the norm, or inf for the largest absolute value.
    Returns ‖g‖ before the clipping (0.0 where nothing has a gradient). As in
    `torch.nn.utils.clip_grad_norm_`, ‖g‖ is taken 10⁻⁶ larger. Raises ValueError for a norm that
    is not finite where error_if_nonfinite is set. Source: Pascanu, Mikolov & Bengio (2013).

    >>> w = Parameter(np.zeros(2))
    >>> w.grad = np.array([30.0, 40.0])
    >>> clip_grad_norm_([w], max_norm=5.0), w.grad.round(4)
    (50.0, array([3., 4.]))
    """
    parameters = with_gradients(parameters)
    norms = [np.linalg.norm(p.grad.ravel(), ord=norm_type) for p in parameters]
    norm = float(np.linalg.norm(norms, ord=norm_type)) if norms else 0.0
    if error_if_nonfinite and not np.isfinite(norm):
        raise ValueError(f"clip_grad_norm_: the norm of the gradients is {norm}")
    scale = max_norm / (norm + 1e-6)
    if not scale >= 1:  # also where the norm is nan, which must stay visible
        for parameter in parameters:
            parameter.grad = parameter.grad * scale
    return norm


def clip_grad_value_(parameters, clip_value):
    """g ← min(clip_value, max(−clip_value, g)), element by element; the direction may change.

    >>> w = Parameter(np.zeros(2))
    >>> w.grad = np.array([30.0, -0.4])
    >>> clip_grad_value_([w], 1.0)
    >>> w.grad
    array([ 1. , -0.4])
    """
    for parameter in with_gradients(parameters):
        parameter.grad = np.clip(parameter.grad, -clip_value, clip_value)


def adaptive_clip_grad_(parameters, clip_factor=0.01, eps=1e-3):
    """Adaptive gradient clipping: gᵢ ← gᵢ · min(1, clip_factor · max(‖wᵢ‖, eps) / ‖gᵢ‖).

    wᵢ is the part of a weight that makes one output (a row, a filter), gᵢ its gradient: a step may
    change a unit by a fraction of its size and no more. A vector (a bias) is clipped as a whole.
    Source: Brock, De, Smith & Simonyan (2021), "High-performance large-scale image recognition
    without normalization", equation 3.

    >>> w = Parameter(np.array([[3.0, 4.0], [3.0, 4.0]]))
    >>> w.grad = np.array([[1.0, 0.0], [0.01, 0.0]])
    >>> adaptive_clip_grad_([w], clip_factor=0.1)
    >>> w.grad
    array([[0.5 , 0.  ],
           [0.01, 0.  ]])
    """
    for parameter in with_gradients(parameters):
        limit = clip_factor * np.maximum(unit_norms(parameter.data), eps)
        norms = unit_norms(parameter.grad)
        safe = np.maximum(norms, 1e-6)
        parameter.grad = np.where(norms > limit, parameter.grad * (limit / safe), parameter.grad)


def unit_norms(array):
    """The norm of what makes each output, in a shape that broadcasts; of a vector as a whole."""
    if array.ndim <= 1:
        return np.sqrt((array * array).sum(keepdims=True))
    axes = tuple(range(1, array.ndim))
    return np.sqrt((array * array).sum(axis=axes, keepdims=True))

"""What is added to a loss to keep weights small: L + λ R(W).

backward(λ) is the gradient of λ R; it is added to the weight's own gradient. Biases are left out
of R: they move a boundary and bend nothing.
"""

import numpy as np

from dlcourse.nn.ops.operation import operation


@operation("weight")
def l2_penalty(weight):
    """R = Σ w² (ridge; Hoerl & Kennard, 1970).

    weight: floats of any shape. Returns R, a scalar, and backward, which maps λ (1 where left out)
    to λ dR/dweight = 2 λ w. It pulls each weight in proportion to its size: spreads a sum over
    many small weights. SGD's weight_decay is 2 λ. It is minus the logarithm of a Gaussian prior
    with variance 1 / 2λ, up to a constant.

    >>> R, backward = l2_penalty([1.0, -2.0, 0.0])
    >>> float(R), backward(0.1)
    (5.0, array([ 0.2, -0.4,  0. ]))
    """

    def backward(scale):
        return weight * (2 * scale)

    return (weight * weight).sum(), backward


@operation("weight")
def l1_penalty(weight):
    """R = Σ |w| (lasso; Tibshirani, 1996).

    weight: floats of any shape. Returns R, a scalar, and backward, which maps λ (1 where left out)
    to λ dR/dweight = λ sign(w), 0 where w is 0. It pulls each weight by the same amount, whatever
    its size, until it is 0: few weights remain.

    >>> R, backward = l1_penalty([1.0, -2.0, 0.0])
    >>> float(R), backward(0.1)
    (3.0, array([ 0.1, -0.1,  0. ]))
    """

    def backward(scale):
        return np.sign(weight) * scale

    return np.abs(weight).sum(), backward


@operation("weight")
def elastic_net_penalty(weight, beta=1.0):
    """R = Σ β w² + |w| (Zou & Hastie, 2005): sparse as L1, but similar weights stay together.

    weight: floats of any shape; beta: at least 0, the share of L2. Returns R, a scalar, and
    backward, which maps λ (1 where left out) to λ dR/dweight = λ (2 β w + sign(w)).
    Raises ValueError for a negative beta.

    >>> R, backward = elastic_net_penalty([1.0, -2.0, 0.0], beta=0.5)
    >>> float(R), backward(0.1)
    (5.5, array([ 0.2, -0.3,  0. ]))
    """
    if not beta >= 0:
        raise ValueError(f"elastic_net_penalty: beta must be at least 0, got {beta!r}")
    squares, squares_backward = l2_penalty(weight)
    sizes, sizes_backward = l1_penalty(weight)
    beta = float(beta)  # a NumPy scalar would bring its own dtype

    def backward(scale):
        return beta * squares_backward(scale) + sizes_backward(scale)

    return beta * squares + sizes, backward

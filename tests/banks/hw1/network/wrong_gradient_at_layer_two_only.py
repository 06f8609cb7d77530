"""The first layer gets no gradient."""

import numpy as np


def loss_and_gradients(params, x, labels):
    hidden = relu(linear(x, params["weight1"], params["bias1"]))
    scores = linear(hidden, params["weight2"], params["bias2"])
    dscores = cross_entropy_gradient(scores, labels)
    _, dweight2, dbias2 = linear_backward(dscores, hidden, params["weight2"])
    gradients = {
        "weight1": np.zeros_like(params["weight1"]),
        "bias1": np.zeros_like(params["bias1"]),
        "weight2": dweight2,
        "bias2": dbias2,
    }
    return cross_entropy(scores, labels), gradients

"""Everything written out with einsum, no helper used."""

import numpy as np


def network_scores(params, x):
    z = np.einsum("nd,hd->nh", x, params["weight1"]) + params["bias1"]
    return np.einsum("nh,kh->nk", z * (z > 0), params["weight2"]) + params["bias2"]


def loss_and_gradients(params, x, labels):
    z = np.einsum("nd,hd->nh", x, params["weight1"]) + params["bias1"]
    hidden = z * (z > 0)
    scores = network_scores(params, x)
    log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    rows = np.arange(len(x))
    dscores = np.exp(log_p)
    dscores[rows, labels] -= 1
    dscores /= len(x)
    dz = (dscores @ params["weight2"]) * (z > 0)
    return -log_p[rows, labels].mean(), {
        "bias2": dscores.sum(0),
        "weight2": np.einsum("nk,nh->kh", dscores, hidden),
        "bias1": dz.sum(0),
        "weight1": np.einsum("nh,nd->hd", dz, x),
    }

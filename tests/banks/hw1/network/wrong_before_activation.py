"""The second layer's gradient uses the hidden values before the ReLU."""


def loss_and_gradients(params, x, labels):
    z = linear(x, params["weight1"], params["bias1"])
    scores = linear(relu(z), params["weight2"], params["bias2"])
    dscores = cross_entropy_gradient(scores, labels)
    dhidden, dweight2, dbias2 = linear_backward(dscores, z, params["weight2"])
    dz = relu_backward(dhidden, z)
    _, dweight1, dbias1 = linear_backward(dz, x, params["weight1"])
    gradients = {"weight1": dweight1, "bias1": dbias1, "weight2": dweight2, "bias2": dbias2}
    return cross_entropy(scores, labels), gradients

"""All gradients from the numerical judge: slow, and right."""


def loss_and_gradients(params, x, labels):
    def loss_of(name, value):
        return cross_entropy(network_scores({**params, name: value}, x), labels)

    gradients = {
        name: numerical_gradient(lambda value, name=name: loss_of(name, value), value)
        for name, value in params.items()
    }
    return cross_entropy(network_scores(params, x), labels), gradients

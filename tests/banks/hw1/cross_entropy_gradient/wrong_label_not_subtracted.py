"""The probabilities alone."""


def cross_entropy_gradient(scores, labels):
    return softmax(scores) / len(labels)

"""The loss of a network that has auxiliary classifiers half-way up."""

import torch


def auxiliary_loss(loss, weight=0.3):
    """L = loss(logits) + weight · Σ loss(auxiliary logits): a loss for networks with several heads.

    In training GoogLeNet and Inception-v3 return a tuple, the logits first and then those of their
    auxiliary heads; in evaluation they return the logits alone, and the loss is the plain one. So
    what is made here is handed to the Trainer in place of `loss` and serves both.

    loss: of (logits, targets). weight: 0.3 as in Szegedy et al., Going deeper with convolutions,
    2015; the published code of Inception-v3 has 0.4. Raises ValueError for a negative weight.

    >>> from torch.nn import functional as F
    >>> loss, labels = auxiliary_loss(F.cross_entropy), torch.tensor([0, 1])
    >>> logits, auxiliary = torch.eye(2), torch.zeros(2, 2)
    >>> loss((logits, auxiliary), labels) - loss(logits, labels)  # 0.3 · log 2
    tensor(0.2079)
    """
    if weight < 0:
        raise ValueError(f"the weight of auxiliary losses is at least 0, got {weight}")

    def total(outputs, targets):
        if torch.is_tensor(outputs):
            return loss(outputs, targets)
        logits, *auxiliary = outputs
        return loss(logits, targets) + weight * sum(loss(head, targets) for head in auxiliary)

    return total

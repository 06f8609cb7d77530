"""The embedding layer; the mathematics is in `dlcourse.nn.ops.embedding`."""

import numpy as np

from dlcourse.nn import init, ops
from dlcourse.nn.module import Module, Parameter


class Embedding(Module):
    """A table of num_embeddings vectors, looked up by number: one-hot(x) · weight.

    x: integers 0 to num_embeddings − 1, any shape; y: (*x.shape, embedding_dim). weight:
    (num_embeddings, embedding_dim), starts normal with mean 0 and variance 1, as in PyTorch. Row
    padding_idx starts at 0 and gets no gradient; scale_grad_by_freq divides each row's gradient by
    the number of its uses in the batch. Integers have no gradient: backward returns None. rng: a
    generator or seed in place of the course's own.

    >>> layer = Embedding(5, 3, padding_idx=0, rng=0)
    >>> y = layer(np.array([[1, 4, 0], [1, 0, 0]]))
    >>> y.shape, layer.backward(np.ones_like(y)), layer.weight.grad[:, 0]
    ((2, 3, 3), None, array([0., 2., 0., 0., 1.], dtype=float32))
    """

    can_skip_input_grad = True

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        *,
        scale_grad_by_freq=False,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__()
        sizes = (("num_embeddings", num_embeddings), ("embedding_dim", embedding_dim))
        for name, size in sizes:
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(
                    f"Embedding: {name} must be an integer of at least 1, got {size!r}"
                )
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(
                f"Embedding: padding_idx must be one of the {num_embeddings} rows, "
                f"got {padding_idx}"
            )
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.scale_grad_by_freq = scale_grad_by_freq
        self.weight = Parameter(np.empty((num_embeddings, embedding_dim), dtype=dtype))
        init.normal_(self.weight, rng=rng)
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0

    def forward(self, x):
        y, backward = ops.embedding(x, self.weight.data, self.padding_idx, self.scale_grad_by_freq)
        add = self.adding_to(backward, self.weight)
        return y, lambda dy, input_grad=True: add(dy)

    def extra_repr(self):
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        frequency = ", scale_grad_by_freq=True" if self.scale_grad_by_freq else ""
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}{frequency}"

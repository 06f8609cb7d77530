"""Several axes as one, as a layer."""

from dlcourse.nn import ops
from dlcourse.nn.module import Module


class Flatten(Module):
    """The axes from start_dim to end_dim as one, by default all but the batch.

    x: (N, C, H, W), y: (N, C · H · W): what stands between the last map and a Linear.

    >>> import numpy as np
    >>> Flatten()(np.ones((2, 16, 5, 5))).shape
    (2, 400)
    """

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        return ops.flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"

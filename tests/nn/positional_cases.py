"""Fourier features with what they are held against: their equation in PyTorch."""

import math

import numpy as np
import torch
from hypothesis import strategies as st

from tests.nn.oracles import Case, Drawn, seeds


@st.composite
def points(draw):
    rng = np.random.default_rng(draw(seeds))
    shape = draw(st.sampled_from([(), (3,), (0,), (2, 2)]))
    inputs, count = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    # Angles of a turn or so: sines of larger ones lose digits in float32.
    sizes = (*shape, inputs), (count, inputs)
    return Drawn([rng.uniform(-0.5, 0.5, size) for size in sizes])


def torch_fourier_features(x, frequencies):
    angles = 2 * math.pi * x @ frequencies.T
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=-1)


POSITIONAL_CASES = [Case("fourier_features", points(), torch_fourier_features)]

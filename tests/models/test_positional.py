"""The torch modules against the same definitions in NumPy."""

import numpy as np
import pytest
import torch

from dlcourse import nn as reference
from dlcourse.models.positional import FourierFeatures, SinusoidalPositionalEncoding


def test_fourier_features_equal_those_of_the_reference_library():
    ours = FourierFeatures(2, 16, scale=3.0)
    theirs = reference.FourierFeatures(2, 16, scale=3.0)
    theirs.load_state_dict({"frequencies": ours.frequencies.numpy()})
    x = np.random.default_rng(0).uniform(size=(7, 2)).astype(np.float32)
    np.testing.assert_allclose(ours(torch.from_numpy(x)).numpy(), theirs(x), atol=2e-5)


def test_by_pencil():
    """x = 0 and x = 1/4 at one cycle and at two: half a turn apart at the higher frequency."""
    layer = FourierFeatures(1, 2)
    layer.frequencies.copy_(torch.tensor([[1.0], [2.0]]))
    y = layer(torch.tensor([[0.0], [0.25]]))
    torch.testing.assert_close(y, torch.tensor([[0.0, 0, 1, 1], [1, 0, 0, -1]]), atol=1e-6, rtol=0)


def test_the_bandwidth_is_the_spread_of_the_frequencies():
    layer = FourierFeatures(2, 20_000, scale=7.0, generator=torch.Generator().manual_seed(0))
    assert layer.frequencies.std().item() == pytest.approx(7.0, rel=0.02)
    assert not layer.frequencies.requires_grad
    assert "frequencies" in layer.state_dict()


@pytest.mark.parametrize("batch_first", [False, True])
def test_sinusoids_equal_those_of_the_reference_library(batch_first):
    ours = SinusoidalPositionalEncoding(6, max_len=20, batch_first=batch_first)
    theirs = reference.SinusoidalPositionalEncoding(6, max_len=20, batch_first=batch_first)
    x = np.random.default_rng(0).normal(size=(5, 3, 6)).astype(np.float32)
    np.testing.assert_allclose(ours(torch.from_numpy(x)).numpy(), theirs(x), atol=1e-6)


def test_bad_sizes_are_refused():
    with pytest.raises(ValueError, match="scale must be above 0, got 0"):
        FourierFeatures(2, 4, scale=0)
    with pytest.raises(ValueError, match="at least one feature and one frequency"):
        FourierFeatures(2, 0)
    with pytest.raises(ValueError, match="d_model must be even"):
        SinusoidalPositionalEncoding(5)
    with pytest.raises(ValueError, match="has 9 places, max_len is 8"):
        SinusoidalPositionalEncoding(2, max_len=8)(torch.zeros(9, 1, 2))

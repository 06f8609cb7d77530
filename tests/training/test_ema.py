"""The average of the weights, against its definition in NumPy."""

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse.training import EMA


def test_weights_and_statistics_are_averaged_and_counts_copied():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    ema = EMA(model, decay=0.6)
    expected = {name: value.double().numpy() for name, value in model.state_dict().items()}
    expected = {name: value.copy() for name, value in expected.items()}
    for step in range(1, 20):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        model(torch.randn(5, 3))
        ema.update()
        decay = min(0.6, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            expected[name] = decay * expected[name] + (1 - decay) * value.double().numpy()
    averaged = ema.model.state_dict()
    for name, value in averaged.items():
        if name == "1.num_batches_tracked":
            assert value == 19
        else:
            np.testing.assert_allclose(value, expected[name], rtol=1e-4, atol=1e-6)
    assert not ema.model.training
    assert not any(p.requires_grad for p in ema.model.parameters())

    again = EMA(model, decay=0.6)
    again.load_state_dict(ema.state_dict())
    assert again.steps == 19
    ema.update()
    again.update()
    for a, b in zip(again.model.parameters(), ema.model.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("decay", [-0.1, 1.0, 2])
def test_a_decay_lies_below_one(decay):
    with pytest.raises(ValueError, match=r"decay lies in \[0, 1\)"):
        EMA(nn.Linear(1, 1), decay)

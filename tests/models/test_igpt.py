"""Image GPT: its size, what a pixel may see, and an image that it goes on with."""

import pytest
import torch
from torch import nn

from dlcourse import models

SMALL = {"vocabulary": 5, "image_size": 4, "dim": 24, "depth": 2, "num_heads": 2}


def test_76_million_parameters_as_published():
    """76 million (Chen et al., 2020, section 3.3); 24 blocks of 12·d² + 13·d, and the tables."""
    d = 512
    tables = 512 * d + 1024 * d + d + 512 * d
    assert models.find("igpt_small").parameters == 24 * (12 * d * d + 13 * d) + tables + 2 * d
    assert 76 <= models.find("igpt_small").parameters / 1e6 < 77


def test_a_pixel_is_guessed_from_those_before_it_alone():
    torch.manual_seed(0)
    model = models.create("igpt_small", **SMALL)
    x = torch.randint(5, (1, 16))
    other = x.clone()
    other[0, 6] = (x[0, 6] + 1) % 5
    changed = (model(x) != model(other)).any(1)[0]
    assert changed.tolist() == [False] * 7 + [True] * 9


def test_it_learns_an_image_by_heart_and_completes_it():
    torch.manual_seed(0)
    image = torch.tensor([[0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 0, 3, 4, 0, 1]])
    model = models.create("igpt_small", **SMALL)
    adam = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(80):
        adam.zero_grad()
        nn.functional.cross_entropy(model(image), image).backward()
        adam.step()
    assert torch.equal(model.complete(image[:, :4], 12, temperature=0.1), image)
    assert torch.equal(model.complete(image[:, :0], 16, temperature=0.1), image)
    assert model.training


def test_more_pixels_than_the_image_has_are_refused():
    with pytest.raises(ValueError, match=r"at most 16 pixels \(N, T\) expected, got \(1, 17\)"):
        models.create("igpt_small", **SMALL)(torch.zeros(1, 17, dtype=torch.long))

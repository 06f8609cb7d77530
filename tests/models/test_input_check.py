"""The check of images speaks in one line, and stays out of the way of export and compilation."""

import pytest
import torch
from torch import nn

from dlcourse.models.input_check import check_images


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        (
            (3, 32, 32),
            {},
            r"batch of images \(N, 3, H, W\) expected, got \(3, 32, 32\): .*x\[None\]",
        ),
        ((2, 3), {}, r"batch of images \(N, 3, H, W\) expected, got \(2, 3\)$"),
        ((2, 1, 32, 32), {}, r"3 channels .* got \(2, 1, 32, 32\): build .* with in_channels=1$"),
        ((2, 3, 31, 32), {"at_least": 32}, "at least 32×32 expected, got 31×32"),
        ((2, 3, 32, 31), {"at_least": 32}, "at least 32×32 expected, got 32×31"),
        ((2, 3, 32, 40), {"multiple_of": 16}, "divisible by 16 expected, got 32×40"),
        ((2, 3, 28, 32), {"exactly": 32}, "of 32×32 expected, got 28×32"),
        ((2, 3, 30, 40), {"multiple_of": (8, 10)}, "divisible by 8×10 expected, got 30×40"),
    ],
)
def test_what_does_not_fit_is_named(shape, options, message):
    with pytest.raises(ValueError, match=message) as raised:
        check_images(torch.zeros(shape), 3, **options)
    assert "\n" not in str(raised.value)


def test_what_fits_passes():
    check_images(torch.zeros(1, 3, 32, 48), 3, at_least=32, multiple_of=16)
    check_images(torch.zeros(1, 3, 32, 50), 3, exactly=(32, 50))
    check_images(torch.zeros(1, 3, 32, 50), 3, at_least=(32, 50), multiple_of=(16, 25))


class Checked(nn.Module):
    def forward(self, x):
        check_images(x, 3, at_least=16, multiple_of=4)
        return x.mean((2, 3))


def test_an_exported_program_keeps_its_open_sides():
    sides = {2: torch.export.Dim("height", min=2), 3: torch.export.Dim("width", min=2)}
    x = torch.zeros(2, 3, 32, 32)
    program = torch.export.export(Checked(), (x,), dynamic_shapes=(sides,))
    assert program.module()(torch.ones(2, 3, 17, 40)).equal(torch.ones(2, 3))


def test_a_compiled_model_still_checks():
    compiled = torch.compile(Checked(), backend="eager", dynamic=True)
    assert compiled(torch.ones(2, 3, 32, 64)).equal(torch.ones(2, 3))
    with pytest.raises(Exception, match="divisible by 4"):
        compiled(torch.ones(2, 3, 33, 64))

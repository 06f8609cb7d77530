"""The drawn receptive fields are those that a gradient finds."""

import numpy as np
import pytest
import torch

from dlcourse.viz.receptive_field_figures import growing, seen, spectra

STACKS = {
    "plain": [(3, 1, 1, 1)] * 3,
    "dilated": [(3, 1, d, d) for d in (1, 2, 4)],
    "strided": [(3, 2, 1, 1)] * 3,
    "even": [(2, 2, 0, 1), (4, 1, 2, 1), (2, 2, 0, 1)],
}


def read_by_gradient(layers, size=81):
    """A middle output's index, and the inputs from which it has a gradient."""
    x = torch.zeros(1, 1, size, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel, stride, padding, dilation in layers:
        weight = torch.ones(1, 1, kernel, dtype=torch.float64)
        y = torch.nn.functional.conv1d(y, weight, stride=stride, padding=padding, dilation=dilation)
    place = y.shape[-1] // 2
    y[0, 0, place].backward()
    return place, x.grad[0, 0].nonzero().ravel().tolist()


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_seen_is_where_the_gradient_is_not_zero(name, depth):
    layers = STACKS[name][:depth]
    place, read = read_by_gradient(layers)
    levels = seen(layers, place)
    assert levels[0] == read
    assert levels[-1] == [place]
    assert len(levels) == depth + 1


@pytest.mark.parametrize(("depth", "sizes"), [(0, [1, 1, 1]), (2, [5, 7, 7]), (3, [7, 15, 15])])
def test_the_lit_inputs_are_those_seen_and_the_titles_count_them(depth, sizes):
    stacks = {name: STACKS[name] for name in ("plain", "dilated", "strided")}
    figure = growing(stacks, depth, width=31)
    for ax, size in zip(figure.axes, sizes, strict=True):
        assert ax.get_title("left").endswith(f": sees {size}")
        every, lit = ax.lines[:2]  # the input's row is drawn first
        assert set(lit.get_ydata()) == {0}
        assert len(lit.get_xdata()) == size
        np.testing.assert_allclose(np.mean(lit.get_xdata()), 0)
        assert set(lit.get_xdata()) <= set(every.get_xdata())


def test_spectra_name_their_slopes():
    waves = np.arange(1, 50)
    figure = spectra({"steep": (waves, waves**-2.0, -2.0), "flat": (waves, waves**0.0, 0.0)})
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "steep: slope −2.0",
        "flat: slope 0.0",
    ]

"""Augmentation of batches against torchvision, an image at a time, at the same places."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.data.vision import import_torchvision
from dlcourse.training import augment

import_torchvision()
from torchvision.transforms import functional as TF  # noqa: E402

DTYPES = [torch.uint8, torch.float32, torch.bfloat16]
RANDOM = [
    augment.random_flip,
    augment.random_crop,
    augment.random_translate,
    augment.random_cutout,
]


def images(n=6, channels=3, height=9, width=7, dtype=torch.uint8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(1, 256, (n, channels, height, width), generator=generator).to(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_flip_is_torchvisions(dtype):
    x, chosen = images(dtype=dtype), torch.tensor([1, 0, 0, 1, 1, 0]).bool()
    expected = [TF.hflip(image) if c else image for image, c in zip(x, chosen, strict=True)]
    torch.testing.assert_close(augment.flip(x, chosen), torch.stack(expected), rtol=0, atol=0)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(5, 12), st.integers(5, 12)),
    padding=st.integers(0, 4),
    mode=st.sampled_from(augment.MODES),
    dtype=st.sampled_from(DTYPES),
    data=st.data(),
)
def test_crop_is_torchvisions_pad_and_crop(size, padding, mode, dtype, data):
    x = images(5, 2, *size, dtype=dtype)
    window = [data.draw(st.integers(1, length + 2 * padding)) for length in size]
    free = [length + 2 * padding - w for length, w in zip(size, window, strict=True)]
    places = torch.tensor(
        [[data.draw(st.integers(0, f)) for f in free] for _ in range(len(x))]
    ).view(-1, 2)
    expected = [
        TF.crop(TF.pad(image, [padding] * 4, 7, mode), *place.tolist(), *window)
        for image, place in zip(x, places, strict=True)
    ]
    top, left = (places - padding).unbind(1)
    ours = augment.crop(x, top, left, window, mode, 7)
    torch.testing.assert_close(ours, torch.stack(expected), rtol=0, atol=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [0, 1, 4, 30])
def test_erase_is_torchvisions(dtype, size):
    x = images(dtype=dtype)
    row, column = torch.tensor([-2, 0, 3, 8, 9, -30]), torch.tensor([-1, 2, 6, 0, 4, 1])
    fill = torch.tensor([10, 20, 30])
    expected = []
    for image, r, c in zip(x, row.tolist(), column.tolist(), strict=True):
        top, left, bottom, right = max(r, 0), max(c, 0), max(r + size, 0), max(c + size, 0)
        colour = fill.view(3, 1, 1).to(dtype)
        expected.append(TF.erase(image, top, left, bottom - top, right - left, colour))
    ours = augment.erase(x, row, column, size, fill)
    torch.testing.assert_close(ours, torch.stack(expected), rtol=0, atol=0)


@pytest.mark.parametrize("change", RANDOM)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_generator_decides_and_the_batch_is_left_as_it_was(change, dtype):
    x = images(32, 3, 12, 12, dtype)
    kept = x.clone()
    first, again, other = (change(x, generator=torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert first.dtype == dtype
    assert first.shape == x.shape
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(x, kept)


def test_random_flip_chooses_a_share_p():
    row = torch.tensor([0, 1]).expand(20000, 1, 1, 2)
    flipped = augment.random_flip(row, p=0.3, generator=torch.Generator().manual_seed(0))
    # Four standard deviations of a share of 0.3 of 20,000.
    assert flipped[:, 0, 0, 0].float().mean().item() == pytest.approx(0.3, abs=0.013)
    assert torch.equal(augment.random_flip(row, p=0), row)


def places_of(changed, n=12):
    """Where the one bright pixel of each image went."""
    flat = changed.flatten(1).argmax(1)
    return torch.stack([flat // n, flat % n])


@pytest.mark.parametrize(
    "change",
    [
        lambda x, g: augment.random_crop(x, 2, mode="constant", generator=g),
        lambda x, g: augment.random_translate(x, 2, generator=g),
    ],
)
def test_every_shift_is_equally_likely_and_rows_do_not_follow_columns(change):
    x = torch.zeros(25 * 400, 1, 12, 12)
    x[:, :, 6, 6] = 1
    row, column = places_of(change(x, torch.Generator().manual_seed(0))) - 4
    counts = torch.bincount(row * 5 + column, minlength=25)
    assert len(counts) == 25
    # The statistic has 24 degrees of freedom: above 51 once in a thousand.
    assert ((counts - 400) ** 2 / 400).sum() < 51


def test_every_pixel_is_equally_likely_the_centre_of_a_cutout():
    x = torch.ones(36 * 300, 1, 6, 6)
    g = torch.Generator().manual_seed(0)
    out = augment.random_cutout(x, size=1, generator=g)
    assert torch.equal(out.sum(dim=(1, 2, 3)), torch.full((len(x),), 35.0))
    counts = (1 - out).sum(dim=(0, 1)).flatten()
    assert ((counts - 300) ** 2 / 300).sum() < 67  # 35 degrees of freedom, once in a thousand


def test_cutout_may_reach_over_the_edge():
    out = augment.random_cutout(
        torch.ones(500, 1, 8, 8), 4, generator=torch.Generator().manual_seed(0)
    )
    sizes = set((64 - out.sum(dim=(1, 2, 3))).int().tolist())
    assert {4, 16} <= sizes
    assert max(sizes) == 16


def test_a_fill_of_mean_levels_is_rounded():
    x = images(2, height=4, width=4)
    out = augment.random_cutout(x, 20, fill=(125.3, 122.6, 113.9))
    assert out.dtype == torch.uint8
    for channel, level in enumerate((125, 123, 114)):
        assert (out[:, channel] == level).all()


def test_random_crop_of_another_size():
    x = images(4, 3, 10, 8)
    out = augment.random_crop(x, padding=0, size=(10, 8))
    assert torch.equal(out, x)
    assert augment.random_crop(x, padding=1, size=(5, 9)).shape == (4, 3, 5, 9)


def test_a_random_crop_is_a_window_of_the_padded_image():
    x = images(16, 1, 6, 6)
    out = augment.random_crop(x, 3, generator=torch.Generator().manual_seed(3))
    for image, window in zip(x, out, strict=True):
        padded = TF.pad(image, [3] * 4, padding_mode="reflect")
        candidates = padded.unfold(1, 6, 1).unfold(2, 6, 1).reshape(-1, 6, 6)
        assert (candidates == window).all(dim=(1, 2)).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: augment.flip(x[0], torch.ones(3).bool()), r"flip: x must be \(N, C, H, W\)"),
        (lambda x: augment.flip(x, torch.ones(5).bool()), r"chosen .* each of 6 images.*\(5,\)"),
        (lambda x: augment.random_flip(x, 1.5), "probability from 0 to 1, got 1.5"),
        (lambda x: augment.random_crop(x, 7), "must be smaller than the image, 9×7, got 7"),
        (lambda x: augment.random_crop(x, 0, (10, 7)), "window of 10×7 does not fit .* 9×7"),
        (lambda x: augment.random_crop(x, -1), "does not fit"),
        (lambda x: augment.random_crop(x, 1, mode="wrap"), "reflect, edge, constant, got 'wrap'"),
        (lambda x: augment.random_cutout(x, -1), "size must be at least 0, got -1"),
        (lambda x: augment.random_cutout(x, 2, fill=[1, 2]), r"3 of them, one a channel, got 2"),
        (lambda x: augment.random_cutout(x, 2, fill=256), r"from 0 to 255 .*torch\.uint8, got 256"),
    ],
)
def test_a_bad_argument_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(images())

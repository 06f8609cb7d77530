"""The loader on the device against DataLoader with torchvision's transforms, and its resumption."""

import json
from functools import partial

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from dlcourse.data.vision import import_torchvision
from dlcourse.training import Trainer, augment
from dlcourse.training.callbacks import Callback
from dlcourse.training.device_loader import DeviceLoader, mean_and_std

import_torchvision()
from torchvision.transforms import v2  # noqa: E402

MEAN, STD = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)
AUGMENT = [augment.random_flip, partial(augment.random_crop, padding=2), augment.random_cutout]


def images(n=23, dtype=torch.uint8):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (n, 3, 8, 8), generator=generator).to(dtype)


def loader(n=23, batch_size=5, **options):
    return DeviceLoader(images(n), torch.arange(n), batch_size, **options)


def batches(passes):
    return [(x.clone(), y.clone()) for x, y in passes]


def assert_same(ours, expected):
    assert len(ours) == len(expected)
    for (x, y), (a, b) in zip(ours, expected, strict=True):
        assert torch.equal(x, a)
        assert torch.equal(y, b)


def rows(passes):
    return torch.cat([y for _, y in passes]).tolist()


def test_equal_to_a_data_loader_with_torchvisions_transforms():
    ours = list(loader(mean=MEAN, std=STD, shuffle=False))
    change = v2.Compose([v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])
    peer = [(change(x), y) for x, y in zip(images(), torch.arange(23), strict=True)]
    theirs = list(DataLoader(peer, batch_size=5))
    assert len(ours) == len(theirs) == 5
    for (x, y), (a, b) in zip(ours, theirs, strict=True):
        torch.testing.assert_close(x, a)
        assert torch.equal(y, b)
        assert y.dtype == torch.int64


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("stored", [torch.uint8, torch.float32])
def test_dtype_and_normalization(dtype, stored):
    x = images(dtype=stored)
    x = x if stored == torch.uint8 else x / 255
    ours = DeviceLoader(x, torch.zeros(23), 23, mean=MEAN, std=STD, dtype=dtype, shuffle=False)
    ((got, _),) = ours
    shape = (1, 3, 1, 1)
    mean, std = (torch.tensor(v, dtype=torch.float64).view(shape) for v in (MEAN, STD))
    exact = (images().double() / 255 - mean) / std
    assert got.dtype == dtype
    eps = torch.finfo(dtype).eps if stored == torch.uint8 else max(torch.finfo(dtype).eps, 1.2e-7)
    torch.testing.assert_close(got.double(), exact, rtol=eps, atol=8 * eps)


def test_bytes_without_mean_and_std_are_divided_by_255():
    ((x, _),) = loader(batch_size=23, shuffle=False)
    torch.testing.assert_close(x, images() / 255)


@pytest.mark.parametrize("options", [{}, {"mean": 0.5}, {"augment": augment.random_flip}])
def test_the_layout_of_a_batch(options):
    for x, _ in loader(**options):
        assert x.is_contiguous(memory_format=torch.channels_last)
    for x, _ in loader(channels_last=False, **options):
        assert x.is_contiguous()


def test_an_epoch_holds_each_example_once_with_its_label():
    plain = images() / 255
    loading = loader()
    for _ in range(3):
        seen = list(loading)
        assert [len(y) for _, y in seen] == [5, 5, 5, 5, 3]
        assert sorted(rows(seen)) == list(range(23))
        for x, y in seen:
            torch.testing.assert_close(x, plain[y])


def test_drop_last():
    seen = list(loader(drop_last=True))
    assert [len(y) for _, y in seen] == [5, 5, 5, 5]
    assert len(set(rows(seen))) == 20
    assert len(loader(20, drop_last=True)) == len(loader(20)) == 4


def test_each_epoch_has_an_order_of_its_own_and_a_seed_repeats_it():
    first = loader(seed=3)
    orders = [rows(first) for _ in range(4)]
    assert len({tuple(order) for order in orders}) == 4
    again = loader(seed=3)
    assert [rows(again) for _ in range(4)] == orders
    assert rows(loader(seed=4)) != orders[0]
    again.set_epoch(2)
    assert rows(again) == orders[2]
    assert rows(again) == orders[3]


def test_an_order_does_not_depend_on_torchs_generator_nor_move_it():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    order = rows(loader(augment=AUGMENT))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1)
    assert rows(loader(augment=AUGMENT)) == order


def test_a_pass_that_is_given_up_begins_again():
    loading = loader(augment=AUGMENT)
    first, _ = next(iter(loading))
    again, _ = next(iter(loading))
    assert torch.equal(first, again)


def test_between_passes_the_state_is_the_beginning_of_the_next():
    loading = loader()
    begin = loading.state_dict()
    next(iter(loading))
    assert loading.state_dict() == begin
    list(loading)
    assert loading.state_dict() == begin | {"epoch": 1}


def test_a_pass_within_a_pass_leaves_the_state_of_the_outer_one():
    loading = loader()
    outer = iter(loading)
    next(outer)
    next(outer)
    state = loading.state_dict()
    next(iter(loading))
    assert loading.state_dict() == state
    list(loading)
    next(outer)
    assert loading.state_dict() == state | {"batch": 3}


class Stopped(Exception):
    """What a training is stopped with."""


class Stop(Callback):
    """Stops a training after so many steps."""

    def __init__(self, step):
        self.step = step

    def on_step(self, trainer):
        if trainer.position.step == self.step:
            raise Stopped


@pytest.mark.parametrize("stop_at", [1, 4, 5, 8])
def test_a_trainer_that_is_stopped_and_resumed_ends_with_the_same_weights(stop_at, tmp_path):
    def train(stop=None, checkpoint=None):
        torch.manual_seed(0)
        layers = [torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten(), torch.nn.Linear(144, 23)]
        model = torch.nn.Sequential(*layers)
        trainer = Trainer(
            model,
            torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
            torch.nn.CrossEntropyLoss(),
            device="cpu",
            callbacks=[Stop(stop)],
            checkpoint=checkpoint,
            checkpoint_every=None if checkpoint is None else 1,
            progress=False,
        )
        loading = loader(mean=MEAN, std=STD, augment=AUGMENT, alternating_flip=True)
        next(iter(loading))
        trainer.fit(loading, epochs=3)
        return model.state_dict()

    expected = train()
    with pytest.raises(Stopped):
        train(stop_at + 1, tmp_path)
    resumed = train(None, tmp_path)
    for name, value in expected.items():
        assert torch.equal(value, resumed[name]), name


@pytest.mark.parametrize("stop", range(6))
def test_a_resumed_epoch_goes_on_with_the_very_batches(stop):
    options = {"augment": AUGMENT, "alternating_flip": True, "mean": MEAN, "std": STD}
    whole = loader(**options)
    expected = batches(whole) + batches(whole) + batches(whole)
    broken = loader(**options)
    seen = batches(broken)
    passing = iter(broken)
    seen += [next(passing) for _ in range(min(stop, 5))]  # `passing` is what is under way.
    if stop == 5:
        assert next(passing, None) is None
    state = json.loads(json.dumps(broken.state_dict()))
    resumed = loader(seed=99, **options)
    resumed.load_state_dict(state)
    resumed.set_epoch(state["epoch"])
    seen += batches(resumed)
    if len(seen) < 15:
        seen += batches(resumed)
    assert_same(seen, expected)


def test_a_state_after_the_last_batch_leaves_an_empty_rest():
    broken = loader()
    passing = iter(broken)
    for _ in range(5):
        next(passing)
    resumed = loader()
    resumed.load_state_dict(broken.state_dict())
    assert list(resumed) == []
    assert rows(resumed) == _second_epoch()


def _second_epoch():
    fresh = loader()
    fresh.set_epoch(1)
    return rows(fresh)


def test_another_epoch_forgets_the_middle_of_this_one():
    broken = loader()
    passing = iter(broken)
    next(passing)
    resumed = loader()
    resumed.load_state_dict(broken.state_dict())
    resumed.set_epoch(1)
    assert rows(resumed) == _second_epoch()


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"batch_size": 4}, "batch_size 5, and the loader has 4"),
        ({"n": 22}, "examples 23, and the loader has 22"),
        ({"shuffle": False}, "shuffle True, and the loader has False"),
        ({"world_size": 2}, "world_size 1, and the loader has 2"),
    ],
)
def test_the_middle_of_an_epoch_needs_the_same_batches(other, message):
    broken = loader()
    passing = iter(broken)
    next(passing)
    with pytest.raises(ValueError, match=message):
        loader(**other).load_state_dict(broken.state_dict())
    between = loader()
    list(between)
    resumed = loader(**other)
    resumed.load_state_dict(between.state_dict())
    assert resumed.epoch == 1


@pytest.mark.parametrize("world", [2, 3])
@pytest.mark.parametrize("drop_last", [True, False])
def test_the_processes_share_the_batches_of_one(world, drop_last):
    ranks = [
        loader(rank=r, world_size=world, drop_last=drop_last, batch_size=4) for r in range(world)
    ]
    one = loader(batch_size=4 * world, drop_last=drop_last)
    for _ in range(2):
        shares = [list(rank) for rank in ranks]
        assert len({len(share) for share in shares}) == 1
        assert [len(share) for share in shares] == [len(rank) for rank in ranks]
        for k, (_, y) in enumerate(one):
            together = torch.cat([share[k][1] for share in shares]).tolist()
            if len(y) == 4 * world:
                assert sorted(together) == sorted(y.tolist())
            else:
                assert set(y.tolist()) <= set(together)


def test_shares_are_those_of_a_distributed_sampler():
    for world in (2, 4, 7):
        dataset = TensorDataset(torch.arange(23))
        for rank in range(world):
            sampler = DistributedSampler(dataset, world, rank, shuffle=True)
            assert len(rows(loader(rank=rank, world_size=world))) == len(sampler)


def test_unshuffled_each_example_comes_once_over_all_processes():
    seen = [row for r in range(4) for row in rows(loader(rank=r, world_size=4, shuffle=False))]
    assert sorted(seen) == list(range(23))


def test_processes_do_not_share_their_augmentation():
    x = images(1).expand(8, -1, -1, -1)
    first, second = (
        next(
            iter(
                DeviceLoader(
                    x, torch.zeros(8), 4, augment=augment.random_crop, rank=r, world_size=2
                )
            )
        )[0]
        for r in (0, 1)
    )
    assert not torch.equal(first, second)


def test_alternating_flip_shows_both_sides_in_two_epochs():
    x = images() / 255
    loading = loader(alternating_flip=True, channels_last=False)
    mirrored = []
    for _ in range(4):
        side = {}
        for batch, y in loading:
            for image, row in zip(batch, y.tolist(), strict=True):
                side[row] = torch.allclose(image, x[row].flip(-1))
                assert side[row] or torch.allclose(image, x[row])
        mirrored.append([side[row] for row in range(23)])
    assert mirrored[0] == mirrored[2]
    assert mirrored[1] == mirrored[3]
    assert mirrored[0] == [not m for m in mirrored[1]]
    assert 0 < sum(mirrored[0]) < 23


def test_what_is_augmented_is_the_batch_in_memory():
    kinds = []

    def look(x, generator):
        kinds.append((x.dtype, tuple(x.shape), generator.initial_seed()))
        return x

    list(loader(augment=look))
    assert {kind[:2] for kind in kinds} == {
        (torch.uint8, (5, 3, 8, 8)),
        (torch.uint8, (3, 3, 8, 8)),
    }
    assert len({kind[2] for kind in kinds}) == 5


def test_nothing_is_copied_that_lies_there_and_nothing_in_it_changes():
    x, y = images().numpy(), np.arange(23)
    loading = DeviceLoader(x, y, 5, augment=AUGMENT, mean=MEAN, std=STD)
    assert loading.images.data_ptr() == x.ctypes.data
    kept = x.copy()
    for batch, _ in loading:
        batch.zero_()
    np.testing.assert_array_equal(x, kept)
    floats = torch.rand(4, 3)
    for batch, _ in DeviceLoader(floats, torch.zeros(4), shuffle=False):
        batch.zero_()
    assert floats.sum() > 0


def test_read_only_arrays_are_taken():
    x = images().numpy()
    x.flags.writeable = False
    assert len(list(DeviceLoader(x, np.arange(23), 5))) == 5


def test_rows_of_features_and_of_tokens():
    features = np.random.default_rng(0).standard_normal((6, 4))
    ((x, y),) = DeviceLoader(features, np.arange(6), shuffle=False)
    np.testing.assert_array_equal(x.numpy(), features.astype(np.float32))
    tokens = torch.arange(12).view(6, 2)
    ((x, y),) = DeviceLoader(tokens, tokens, shuffle=False)
    assert x.dtype == torch.int64
    assert torch.equal(x, tokens)
    assert torch.equal(y, tokens)


def test_mean_and_std_are_numpys():
    x = images(2500)
    mean, std = mean_and_std(x)
    exact = x.double().numpy() / 255
    np.testing.assert_allclose(mean, exact.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(std, exact.std(axis=(0, 2, 3)))
    assert mean_and_std((x / 255).numpy())[0] == pytest.approx(mean)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"rank": 2, "world_size": 2}, "rank must be from 0 to world_size − 1 = 1, got 2"),
        ({"drop_last": True, "batch_size": 24}, "23 examples do not fill a batch of 24"),
        ({"mean": (0.1, 0.2)}, r"mean must be a number or 3 of them.*\(2,\)"),
        ({"std": (0.1, 0.2, 0.0)}, "std must be above 0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_a_bad_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        loader(**options)


def test_bad_data_are_named():
    x = images()
    with pytest.raises(ValueError, match=r"equally many .* 23 and 22"):
        DeviceLoader(x, torch.zeros(22))
    with pytest.raises(ValueError, match="at least one, got 0 and 0"):
        DeviceLoader(x[:0], torch.zeros(0))
    with pytest.raises(ValueError, match="move the images and not the masks"):
        DeviceLoader(x, torch.zeros(23, 8, 8), augment=augment.random_flip)
    with pytest.raises(ValueError, match=r"\(N, C, H, W\) or \(N, features\), got shape \(23,\)"):
        DeviceLoader(torch.zeros(23), torch.zeros(23))
    with pytest.raises(ValueError, match=r"uint8 or floating point, got torch\.int64"):
        DeviceLoader(x.long(), torch.zeros(23), mean=MEAN)
    with pytest.raises(ValueError, match="the first epoch is 0, got -1"):
        loader().set_epoch(-1)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda_the_same_examples_in_the_same_order():
    options = {"mean": MEAN, "std": STD, "augment": AUGMENT}
    here, there = loader(**options), loader(device="cuda", **options)
    assert rows(here) == rows(there)
    assert all(x.is_cuda and y.is_cuda for x, y in there)
    resumed = loader(device="cuda", **options)
    passing = iter(resumed)
    next(passing)
    state = resumed.state_dict()
    rest = batches(passing)
    resumed.load_state_dict(state)
    assert_same(batches(resumed), rest)

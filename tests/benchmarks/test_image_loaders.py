"""The two loaders of the benchmark do the same work."""

import torch

from benchmarks import image_loaders


def test_both_loaders_give_the_same_batches():
    x, y = image_loaders.images(300)
    ours = list(image_loaders.device_loader(x, y, False, "cpu"))
    peers = list(image_loaders.data_loader(x, y, False, 0, "cpu"))
    assert len(ours) == len(peers) == 3
    for (a, labels), (b, expected) in zip(ours, peers, strict=True):
        torch.testing.assert_close(a, b)
        assert torch.equal(labels, expected)


def test_augmented_they_give_the_same_images_in_another_order():
    x, y = image_loaders.images(256)
    ours = image_loaders.epoch(image_loaders.device_loader(x, y, True, "cpu"), "cpu")()
    peer = image_loaders.epoch(image_loaders.data_loader(x, y, True, 0, "cpu"), "cpu")()
    image_loaders.alike(ours, peer)
    assert not torch.equal(ours[1], peer[1])


def test_a_rate_is_images_by_seconds(monkeypatch):
    clock = iter([0.0, 2.0, 5.0, 6.0, 10.0, 14.0])
    monkeypatch.setattr(image_loaders.time, "perf_counter", lambda: next(clock))
    assert image_loaders.images_per_second(lambda: None, 40, repeats=3) == 20

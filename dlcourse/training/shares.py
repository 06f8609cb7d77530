"""The part of each batch that is this process's, where several train together."""

from collections import deque

import torch
from torch.utils.data import DataLoader, IterableDataset, RandomSampler
from torch.utils.data.distributed import DistributedSampler

from dlcourse.training.batch import part_of, size_of
from dlcourse.training.distributed import from_first, rank, world_size


class Share:
    """A loader's batches, of each the part of one process out of `world`.

    After each batch, `count` says how many examples of it are ours and `total` how many it has in
    all. A batch with fewer examples than processes leaves some with none: these get one example
    with count 0. A DataLoader over an indexed data set loads its own part alone; of anything else
    each process takes the whole batch and keeps its part.

    >>> share = Share([(torch.arange(5), torch.arange(5))], number=1, world=2)
    >>> [(x.tolist(), share.count, share.total) for x, _ in share]
    [([2, 3, 4], 3, 5)]
    """

    def __init__(self, loader, number=None, world=None):
        self.loader = loader
        self.number = rank() if number is None else number
        self.world = world_size() if world is None else world
        self.count = self.total = 0
        if type(loader) is DataLoader and not isinstance(loader.dataset, IterableDataset):
            self._indices = _IndexShare(loader.batch_sampler, self)
            self._source = _with_batches(loader, self._indices)
        else:
            self._indices, self._source = None, loader

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        for batch in self._source:
            if self._indices is None:
                self.total = size_of(batch)
                start, stop = self.bounds(self.total)
                self.count = stop - start
                yield part_of(batch, start, max(stop, start + 1))
            else:
                self.count, self.total = self._indices.sizes.popleft()
                yield batch

    def bounds(self, total):
        """Where our part of `total` examples begins and ends."""
        start, stop = (total * k // self.world for k in (self.number, self.number + 1))
        return min(start, total - 1), stop if start < stop else min(start, total - 1)


class _IndexShare:
    """A batch sampler that gives our part of each batch of indices."""

    def __init__(self, batches, share):
        self.batches, self.share, self.sizes = batches, share, deque()

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        self.sizes.clear()
        sampler = getattr(self.batches, "sampler", None)
        seeded = isinstance(sampler, RandomSampler) and sampler.generator is None
        if seeded:  # it would draw its order from this process's own generator
            seed = from_first(torch.empty((), dtype=torch.int64).random_().item())
            sampler.generator = torch.Generator().manual_seed(seed)
        try:
            for indices in self.batches:
                start, stop = self.share.bounds(len(indices))
                self.sizes.append((stop - start, len(indices)))
                yield indices[start : max(stop, start + 1)]
        finally:
            if seeded:
                sampler.generator = None


def divide(loader):
    """The loader, or its Share where several processes train together.

    One with a DistributedSampler, or with a world_size of its own, is divided already.

    >>> divide([1, 2])
    [1, 2]
    """
    divided = isinstance(getattr(loader, "sampler", None), DistributedSampler)
    divided = divided or getattr(loader, "world_size", 1) > 1
    return loader if world_size() == 1 or divided else Share(loader)


def _with_batches(loader, batches):
    """The same DataLoader with other batches of indices."""
    names = "num_workers collate_fn pin_memory timeout worker_init_fn multiprocessing_context"
    names += " generator prefetch_factor persistent_workers"
    options = {name: getattr(loader, name) for name in names.split()}
    return DataLoader(loader.dataset, batch_sampler=batches, **options)

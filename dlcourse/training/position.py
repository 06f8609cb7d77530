"""Where in the data a training stands, so that it can stand there again."""

import itertools

from dlcourse.training.distributed import from_first, rank
from dlcourse.training.seeds import random_state, set_random_state
from dlcourse.training.shares import Share


class Position:
    """How many epochs are done, how many batches of the next one, how many steps in all.

    A loader draws its order as an epoch begins. To stand in the middle of an epoch again, the
    generators are put back to that beginning, the loader draws the same order, the batches that
    were used are passed over, and the generators are put to where they stood there: dropout then
    draws what it would have drawn. Workers that live on from epoch to epoch keep generators of
    their own: with `persistent_workers=True` the order comes again, their augmentation does not.

    >>> position = Position()
    >>> [x for x in position.open([10, 20, 30])]
    [10, 20, 30]
    >>> position.batch = 2
    >>> [x for x in position.open([10, 20, 30])]
    [30]
    """

    def __init__(self):
        self.epoch = self.batch = self.step = 0
        self.seconds = 0.0  # of this epoch's training so far
        self.ended = False  # before its time, by a callback
        self._begin = None

    def open(self, loader):
        """An iterator over the batches of this epoch that are still to come."""
        source = loader.loader if isinstance(loader, Share) else loader
        fresh = self.batch == 0
        if fresh:  # every process draws the order that process 0 draws
            set_epoch(source, self.epoch)
            self._begin = from_first({"random": random_state(), "loader": loader_state(source)})
        if not fresh or rank() > 0:
            here = random_state()
            set_random_state(self._begin["random"])
            set_epoch(source, self.epoch)
            set_loader_state(source, self._begin["loader"])
        iterator = iter(loader)
        if not fresh:
            next(itertools.islice(iterator, self.batch - 1, None), None)
            set_random_state(here)
        elif rank() > 0:  # as the first batch is taken, the order is drawn
            first = next(iterator)
            set_random_state(here)
            return itertools.chain([first], iterator)
        return iterator

    def next_epoch(self):
        self.epoch, self.batch, self.seconds, self._begin = self.epoch + 1, 0, 0.0, None

    def state_dict(self):
        return dict(vars(self))

    def load_state_dict(self, state):
        vars(self).update(state)


def set_epoch(loader, epoch):
    """Let a loader, and its sampler, that know epochs begin this one."""
    for part in (loader, getattr(loader, "sampler", None)):
        if hasattr(part, "set_epoch"):
            part.set_epoch(epoch + 1)  # one that was left in the middle forgets it
            part.set_epoch(epoch)


def loader_state(loader):
    """The state of a loader's own generators, or its `state_dict` where it has one."""
    if hasattr(loader, "state_dict"):
        return loader.state_dict()
    return [generator.get_state() for generator in _generators(loader)]


def set_loader_state(loader, state):
    """Put a loader back to where `loader_state` found it."""
    if hasattr(loader, "load_state_dict"):
        loader.load_state_dict(state)
        return
    generators = _generators(loader)
    if len(generators) != len(state):
        raise ValueError(
            f"the loader has {len(generators)} generators of its own, the one before had "
            f"{len(state)}: go on with the loader that the training began with"
        )
    for generator, numbers in zip(generators, state, strict=True):
        generator.set_state(numbers.cpu())


def _generators(loader):
    """A DataLoader's generator and its sampler's, each once."""
    batches = getattr(loader, "batch_sampler", None)
    parts = (loader, batches, getattr(batches, "sampler", None), getattr(loader, "sampler", None))
    found = {id(g): g for g in (getattr(part, "generator", None) for part in parts) if g}
    return list(found.values())

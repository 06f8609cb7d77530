"""Where a training stands in its data, with loaders of each kind."""

import pytest
import torch
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from dlcourse import training
from dlcourse.training.position import Position, loader_state, set_loader_state
from dlcourse.training.seeds import seed_all

DATA = TensorDataset(torch.arange(20), torch.arange(20))


def with_generator():
    return torch.Generator().manual_seed(8)


LOADERS = {
    "plain": lambda: DataLoader(DATA, 3, shuffle=True),
    "own generator": lambda: DataLoader(DATA, 3, shuffle=True, generator=with_generator()),
    "sampler": lambda: DataLoader(
        DATA, 3, sampler=RandomSampler(DATA, generator=with_generator(), replacement=True)
    ),
    "device": lambda: training.DeviceLoader(torch.rand(20, 2), torch.arange(20), 3, seed=4),
    "list": lambda: list(DataLoader(DATA, 3)),
}


def order(iterator):
    return [y.tolist() for _, y in iterator]


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("used", [1, 3, 6])
def test_it_goes_on_in_the_same_order(kind, used):
    seed_all(0)
    loader, position = LOADERS[kind](), Position()
    orders = []
    for _ in range(3):
        orders.append(order(position.open(loader)))
        position.next_epoch()
    seed_all(0)
    loader, position = LOADERS[kind](), Position()
    order(position.open(loader))
    position.next_epoch()
    iterator = position.open(loader)
    seen = [next(iterator)[1].tolist() for _ in range(used)]
    position.batch = used
    state, randomness = position.state_dict(), training.seeds.random_state()
    # Another process, with its own loader, that stands somewhere else.
    seed_all(99)
    torch.rand(5)
    other, again = LOADERS[kind](), Position()
    if kind != "list":
        next(iter(other))
    again.load_state_dict(state)
    training.seeds.set_random_state(randomness)
    assert seen + order(again.open(other)) == orders[1]
    again.next_epoch()
    assert order(again.open(other)) == orders[2]
    if kind != "list":
        assert len({str(o) for o in orders}) == 3


def test_what_is_drawn_in_the_middle_is_drawn_again():
    seed_all(0)
    loader, position = LOADERS["plain"](), Position()
    iterator = position.open(loader)
    for _ in range(2):
        next(iterator)
        torch.rand(4)  # as dropout does
    position.batch, state = 2, training.seeds.random_state()
    expected = torch.rand(4)
    training.seeds.set_random_state(state)
    position.open(loader)
    assert torch.equal(torch.rand(4), expected)


def test_a_loader_of_another_kind_is_refused():
    state = loader_state(LOADERS["own generator"]())
    with pytest.raises(ValueError, match="has 0 generators of its own, the one before had 1: go"):
        set_loader_state(LOADERS["plain"](), state)

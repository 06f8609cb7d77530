"""Modules: bookkeeping, state, names and gradients as PyTorch has them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcourse
from dlcourse import nn
from tests.nn.oracles import DTYPES, close

PAIRS = {
    "Linear": (lambda: nn.Linear(3, 4), lambda: torch.nn.Linear(3, 4)),
    "Linear without bias": (
        lambda: nn.Linear(3, 4, bias=False),
        lambda: torch.nn.Linear(3, 4, bias=False),
    ),
    "Sigmoid": (nn.Sigmoid, torch.nn.Sigmoid),
    "Tanh": (nn.Tanh, torch.nn.Tanh),
    "ReLU": (nn.ReLU, torch.nn.ReLU),
    "LeakyReLU": (lambda: nn.LeakyReLU(0.2), lambda: torch.nn.LeakyReLU(0.2)),
    "PReLU": (nn.PReLU, torch.nn.PReLU),
    "PReLU per channel": (lambda: nn.PReLU(3, 0.1), lambda: torch.nn.PReLU(3, 0.1)),
    "GELU": (nn.GELU, torch.nn.GELU),
    "GELU by tanh": (lambda: nn.GELU("tanh"), lambda: torch.nn.GELU("tanh")),
    "SiLU": (nn.SiLU, torch.nn.SiLU),
    "Softplus": (nn.Softplus, torch.nn.Softplus),
    "Softplus of a beta": (lambda: nn.Softplus(2.0, 1.0), lambda: torch.nn.Softplus(2.0, 1.0)),
    "Dropout that drops nothing": (lambda: nn.Dropout(0), lambda: torch.nn.Dropout(0)),
    "Flatten": (lambda: nn.Flatten(0), lambda: torch.nn.Flatten(0)),
    "Softmax": (lambda: nn.Softmax(dim=0), lambda: torch.nn.Softmax(dim=0)),
    "LogSoftmax": (lambda: nn.LogSoftmax(dim=1), lambda: torch.nn.LogSoftmax(dim=1)),
}


def networks(seed=0):
    """The same three-layer network in both libraries, with the same weights."""
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 5),
        torch.nn.Tanh(),
        torch.nn.Linear(5, 5, bias=False),
        torch.nn.PReLU(),
        torch.nn.Linear(5, 4),
    )
    ours = nn.Sequential(
        nn.Linear(3, 5, rng=seed),
        nn.Tanh(),
        nn.Linear(5, 5, bias=False, rng=seed),
        nn.PReLU(),
        nn.Linear(5, 4, rng=seed),
    )
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_layers_equal_pytorch(name, dtype):
    make_ours, make_theirs = PAIRS[name]
    ours, theirs = make_ours(), make_theirs().to(torch.from_numpy(np.zeros(0, dtype)).dtype)
    ours.to_dtype(dtype).load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).standard_normal((6, 3)).astype(dtype)
    leaf = torch.tensor(x, requires_grad=True)
    y, expected = ours(x), theirs(leaf)
    close(y, expected.detach().numpy())
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(dtype)
    expected.backward(torch.tensor(dy))
    close(ours.backward(dy), leaf.grad.numpy())
    for (our_name, our), (their_name, their) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert our_name == their_name
        close(our.grad, their.grad.numpy())


@settings(max_examples=20, deadline=None)
@given(batch=st.integers(1, 9), seed=st.integers(0, 1000))
def test_a_network_and_its_loss_equal_pytorch(batch, seed):
    ours, theirs = networks()
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((batch, 3)).astype(np.float32), rng.integers(4, size=batch)
    criterion = nn.CrossEntropyLoss()
    leaf = torch.tensor(x, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(theirs(leaf), torch.tensor(y))
    close(criterion(ours(x), y), expected.detach().numpy())
    expected.backward()
    close(ours.backward(criterion.backward()), leaf.grad.numpy())
    for our, their in zip(ours.parameters(), theirs.parameters(), strict=True):
        close(our.grad, their.grad.numpy())


def test_state_dict_goes_both_ways():
    ours, theirs = networks()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    fresh = torch.nn.Sequential(*[type(m)(*args) for m, args in _constructors(theirs)])
    fresh.load_state_dict({k: torch.from_numpy(v) for k, v in ours.state_dict().items()})
    x = np.ones((2, 3), dtype=np.float32)
    with torch.no_grad():
        close(ours(x), fresh(torch.from_numpy(x)).numpy())


def _constructors(network):
    for module in network:
        if isinstance(module, torch.nn.Linear):
            yield module, (module.in_features, module.out_features, module.bias is not None)
        else:
            yield module, ()


def test_state_dict_is_a_copy():
    net = nn.Sequential(nn.Linear(2, 2))
    state = net.state_dict()
    state["0.weight"][...] = 7
    assert not (net[0].weight.data == 7).any()


def test_load_state_dict_changes_nothing_when_something_is_wrong():
    net = nn.Sequential(nn.Linear(2, 3))
    before = net.state_dict()
    state = {"0.weight": np.zeros((3, 2)), "0.bias": np.zeros(2), "1.weight": np.zeros(1)}
    with pytest.raises(ValueError, match=r"unexpected 1\.weight; 0\.bias has shape") as caught:
        net.load_state_dict(state)
    assert "(3,) is expected" in str(caught.value)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    with pytest.raises(ValueError, match=r"missing 0\.bias"):
        net.load_state_dict({"0.weight": np.zeros((3, 2))})


def test_calls_are_answered_last_in_first_out():
    layer = nn.Tanh()
    first, second = np.array([0.5]), np.array([2.0])
    layer(first)
    layer(second)
    one = np.ones(1)
    close(layer.backward(one), 1 - np.tanh(second) ** 2)
    close(layer.backward(one), 1 - np.tanh(first) ** 2)
    with pytest.raises(RuntimeError, match="no call is waiting"):
        layer.backward(one)


def test_no_grad_keeps_nothing_and_eval_keeps_everything():
    layer = nn.Tanh()
    with dlcourse.no_grad():
        layer(np.ones(1))
    with pytest.raises(RuntimeError, match=r"outside dlcourse\.no_grad"):
        layer.backward(np.ones(1))
    layer.eval()(np.zeros(1))
    close(layer.backward(np.ones(1)), np.ones(1))


def test_no_grad_is_undone_by_an_error_and_works_as_a_decorator():
    @dlcourse.no_grad()
    def inside():
        return dlcourse.is_grad_enabled()

    assert not inside()
    with pytest.raises(ZeroDivisionError), dlcourse.no_grad():
        raise ZeroDivisionError
    assert dlcourse.is_grad_enabled()


def test_a_layer_used_twice_adds_its_gradients():
    shared = nn.Linear(3, 3, dtype=np.float64, rng=0)
    net = nn.Sequential(shared, nn.Tanh(), shared)
    theirs = torch.nn.Linear(3, 3, dtype=torch.float64)
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in shared.state_dict().items()})
    x = np.random.default_rng(0).standard_normal((2, 3))
    y = net(x)
    theirs(torch.tanh(theirs(torch.from_numpy(x)))).sum().backward()
    net.backward(np.ones_like(y))
    close(shared.weight.grad, theirs.weight.grad.numpy())
    close(shared.bias.grad, theirs.bias.grad.numpy())
    assert len(list(net.parameters())) == 2


def test_skipping_the_input_gradient_changes_no_other():
    for layers in ([nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)], [nn.Tanh(), nn.Linear(3, 2)]):
        net = nn.Sequential(*layers)
        x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
        dy = np.ones_like(net(x))
        assert net.backward(dy) is not None
        kept = [parameter.grad for parameter in net.parameters()]
        net.zero_grad()
        net(x)
        assert net.backward(dy, input_grad=False) is None
        for before, parameter in zip(kept, net.parameters(), strict=True):
            np.testing.assert_array_equal(before, parameter.grad)


def test_modes_dtypes_and_buffers_reach_everything_inside():
    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("factor", np.array([2.0], dtype=np.float32))
            self.register_buffer("calls", np.array(0))

        def forward(self, x):
            return x * self.factor, lambda dy: dy * self.factor

    net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(Scale()))
    assert list(net.state_dict()) == ["0.weight", "0.bias", "1.0.factor", "1.0.calls"]
    net.double()
    assert net[1][0].factor.dtype == net[0].weight.dtype == np.float64
    assert net[1][0].calls.dtype.kind == "i"
    net.load_state_dict({**net.state_dict(), "1.0.factor": np.array([3.0])})
    close(net[1][0](np.ones(1)), np.array([3.0]))
    assert all(not module.training for module in net.eval().modules())
    assert all(module.training for module in net.train().modules())


def test_a_layer_may_be_replaced_by_none_or_another():
    layer = nn.Linear(2, 2)
    layer.bias = None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    close(layer(np.ones((1, 2), np.float32)), layer.weight.data.sum(1)[None])


def test_reprs_read_as_in_pytorch():
    assert repr(nn.Linear(2, 3)) == repr(torch.nn.Linear(2, 3))
    ours, theirs = networks()
    assert repr(ours) == repr(theirs)
    assert repr(nn.Sequential(nn.Sequential(nn.ReLU()))) == repr(
        torch.nn.Sequential(torch.nn.Sequential(torch.nn.ReLU()))
    )


def test_the_state_of_buffers_and_shared_layers_has_the_names_and_order_of_pytorch():
    def network(library):
        shared = library.Linear(3, 3)
        return library.Sequential(shared, library.BatchNorm1d(3), shared, library.Linear(3, 2))

    ours, theirs = network(nn), network(torch.nn)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    close(ours(x), theirs(torch.tensor(x)).detach().numpy())
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in ours.state_dict().items()})


def test_slices_names_and_dicts_of_a_sequential():
    net = nn.Sequential({"hidden": nn.Linear(2, 3), "act": nn.ReLU(), "out": nn.Linear(3, 1)})
    assert next(name for name, _ in net.named_parameters()) == "hidden.weight"
    assert net[0] is net.hidden
    assert [name for name, _ in net[1:].named_parameters()] == ["out.weight", "out.bias"]
    assert len(nn.Sequential({})) == 0
    assert len(nn.Sequential()) == 0

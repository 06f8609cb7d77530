"""Attention blocks against loops over positions, and the networks that have them."""

import pytest
import torch

from dlcourse import models
from dlcourse.models.attention_blocks import NonLocalBlock, SelfAttention2d, add_non_local
from dlcourse.models.resnet import Bottleneck, ResNet
from tests.models.oracle import count, fill


def attention_by_loops(query, key, value):
    """out[n, :, y, x] = Σ over (v, u) of softmax(q·k) · value[n, :, v, u], a position at a time."""
    out = torch.zeros(*value.shape[:2], *query.shape[2:])
    places = [(v, u) for v in range(key.shape[2]) for u in range(key.shape[3])]
    for n in range(len(query)):
        for y in range(query.shape[2]):
            for x in range(query.shape[3]):
                scores = [torch.dot(query[n, :, y, x], key[n, :, v, u]).item() for v, u in places]
                weights = torch.tensor(scores).sub(max(scores)).exp()
                weights = weights / weights.sum()
                for weight, (v, u) in zip(weights, places, strict=True):
                    out[n, :, y, x] += weight * value[n, :, v, u]
    return out


def ready(block):
    fill(block)
    return block.eval()


@pytest.fixture
def maps():
    return torch.randn(2, 16, 4, 6, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def test_the_non_local_block_equals_its_definition(maps):
    block = ready(NonLocalBlock(16))

    def pooled(part):
        means = part.unfold(2, 2, 2).unfold(3, 2, 2)
        return means.amax((4, 5))

    y = attention_by_loops(block.theta(maps), pooled(block.phi(maps)), pooled(block.g(maps)))
    torch.testing.assert_close(block(maps), maps + block.bn(block.z(y)), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_self_attention_equals_its_definition(maps):
    block = ready(SelfAttention2d(16))
    block.gamma.fill_(0.7)
    o = block.v(attention_by_loops(block.g(maps), block.f(maps), block.h(maps)))
    torch.testing.assert_close(block(maps), maps + 0.7 * o, rtol=1e-4, atol=1e-5)
    assert (0.7 * o).std() > 0.1


@torch.no_grad()
def test_every_position_sees_every_other(maps):
    # A convolution of 1×1 sees one position; what changes here reaches the corner opposite.
    moved = maps.clone()
    moved[:, :, 0, 0] += 1
    for block in (ready(NonLocalBlock(16)), ready(SelfAttention2d(16))):
        assert (block(moved) - block(maps))[:, :, -1, -1].abs().max() > 1e-4


@torch.no_grad()
@pytest.mark.parametrize(
    ("name", "without"),
    [("resnet50_non_local", "resnet50"), ("resnet20_self_attention", "resnet20")],
)
def test_a_new_block_leaves_the_network_s_output_unchanged(name, without):
    """Weights of the network without blocks, copied by order, give the same output to the bit."""
    torch.manual_seed(0)
    more, less = models.create(name).eval(), models.create(without).eval()
    blocks = [m for m in more.modules() if isinstance(m, NonLocalBlock | SelfAttention2d)]
    inside = {id(p) for block in blocks for p in block.state_dict(keep_vars=True).values()}
    own = [p for p in more.state_dict(keep_vars=True).values() if id(p) not in inside]
    theirs = less.state_dict(keep_vars=True).values()
    for target, source in zip(own, theirs, strict=True):
        target.copy_(source)
    x = torch.randn(2, 3, 32, 32)
    assert more(x).equal(less(x))
    for block in blocks:
        fill(block)
    assert not more(x).equal(less(x))


def test_parameters_are_the_papers_arithmetic():
    # Wang et al., figure 2: 1024 maps, 512 inside; four 1×1 convolutions with biases, and the BN.
    assert count(NonLocalBlock(1024)) == 4 * 1024 * 512 + 3 * 512 + 1024 + 2 * 1024
    # Zhang et al., equation 3: W_f, W_g, W_h of C/8 × C, W_v of C × C/8, and γ.
    assert count(SelfAttention2d(64)) == 4 * 64 * 8 + 1


def test_five_blocks_in_resnet_101_make_it_a_fifth_larger():
    # Wang et al., table 2 (e): parameters 1.2 times those of the network without the blocks.
    with torch.device("meta"):
        plain, model = (ResNet(Bottleneck, (3, 4, 23, 3), num_classes=400) for _ in range(2))
        add_non_local(model, {"layer2": (1, 3), "layer3": (6, 13, 20)})
    assert round(count(model) / count(plain), 1) == 1.2


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="layer2 has blocks 0 to 3, got position 4"):
        add_non_local(models.create("resnet34"), {"layer2": (4,)})
    with pytest.raises(ValueError, match="an eighth of the maps needs 8 or more, got 4"):
        SelfAttention2d(4)

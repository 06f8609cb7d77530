"""The same weights in two models: ours, and the one of torchvision or timm that it must equal."""

import torch


def pair(ours, theirs, rename=None):
    """Build two models, fill ours with seeded weights, copy them into theirs; both in eval mode.

    ours, theirs: functions that build the models. rename: a name of theirs to the name of ours,
    where the order of definition differs; without it entries correspond by their order.
    """
    mine, other = unfilled(ours).eval(), unfilled(theirs).eval()
    fill(mine)
    copy(mine, other, rename)
    return mine, other


def unfilled(build):
    """A model whose entries hold anything: drawing 140 million weights twice takes seconds.

    A buffer that is no entry of the state has its value from the constructor alone; such a model is
    built in full.
    """
    with torch.device("meta"):
        model = build()
    buffers = {name for name, _ in model.named_buffers()}
    if not buffers <= model.state_dict().keys():
        return build()
    model.to_empty(device="cpu")
    for buffer in model.buffers():
        buffer.zero_()
    return model


def fill(model, seed=0):
    """Weights and statistics that are none of the usual ones, at a scale that keeps signals alive.

    Zeros and ones, as initializations have them, would hide a branch that is missing.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if not tensor.is_floating_point():
                continue
            noise = draw(tensor.shape, generator)
            if tensor.ndim > 1:
                fan_in = tensor[0].numel()
                tensor.copy_(noise * (2.0 / max(fan_in, 1)) ** 0.5)
            elif name.endswith("running_var") or name.endswith("weight"):
                tensor.copy_(1 + 0.2 * noise.clamp(-2, 2))
            else:
                tensor.copy_(0.1 * noise)


def draw(shape, generator, period=999_983):
    """Normal numbers; past a million the same ones again, at a period that divides no width."""
    size = torch.Size(shape).numel()
    block = torch.randn(min(size, period), generator=generator)
    return block.repeat(-(-size // period) if size else 0)[:size].reshape(shape)


def copy(mine, other, rename=None):
    """Copy every entry of `mine` into `other`; AssertionError where the two do not correspond."""
    source, target = mine.state_dict(), other.state_dict()
    if rename is None:
        assert len(source) == len(target), f"{len(source)} entries against {len(target)}"
        matched = zip(target.items(), source.items(), strict=True)
    else:
        matched = [((name, t), (rename(name), source[rename(name)])) for name, t in target.items()]
        assert len({ours for _, (ours, _) in matched}) == len(source)
    for (their_name, theirs), (our_name, ours) in matched:
        assert ours.shape == theirs.shape, (
            f"{our_name} {tuple(ours.shape)} against {their_name} {tuple(theirs.shape)}"
        )
        with torch.no_grad():
            theirs.copy_(ours)


def assert_same_outputs(mine, other, x, tolerance=1e-4):
    """The largest difference of the outputs is at most `tolerance`, and they are not all alike."""
    with torch.no_grad():
        ours, theirs = mine(x), other(x)
    assert ours.shape == theirs.shape
    scale = theirs.abs().max().clamp(min=1.0)
    assert theirs.std() > 1e-3, "the outputs are constant: the comparison would show nothing"
    difference = ((ours - theirs).abs().max() / scale).item()
    assert difference <= tolerance, f"outputs differ by {difference:.2g} of {scale.item():.3g}"


def count(model):
    """The number of a model's trained numbers."""
    return sum(p.numel() for p in model.parameters())


def tensors(outputs):
    """What a model returned, a tensor or a collection of them, as a flat list of tensors."""
    if torch.is_tensor(outputs):
        return [outputs]
    values = outputs.values() if isinstance(outputs, dict) else outputs
    return [tensor for value in values if value is not None for tensor in tensors(value)]

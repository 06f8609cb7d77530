"""One forward pass of a copy of a model: what each module returned, and how much work it was."""

import contextlib
import copy
import dataclasses

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


@dataclasses.dataclass
class Call:
    """What is recorded of a module.

    order: its place among the modules that were called. output: the shapes of the tensors that its
    first call returned. operations: two for each multiply-add, of all its calls, without those of
    the modules inside it. times: the number of its calls.
    """

    order: int
    output: tuple = ()
    operations: int = 0
    times: int = 0


def record(model, example):
    """Run a copy of a model in evaluation mode; return the copy and {module of the copy: Call}.

    example: a tensor, a tuple of arguments or a dictionary of named ones. The copy has no values at
    first: its tensors are on the meta device, where shapes are worked out and nothing is computed.
    A model that asks for values, as for the lengths of padded rows, then runs with its own.
    """
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps
    here = next((t.device.type for t in _own_tensors(model)), "cpu")
    try:
        with torch.device("meta"):
            return _run(_without_values(model), map_tensors(_blank_like, example))
    except Exception:
        if here == "meta":
            raise
    # An input that does not fit fails here again, with values and so with the clearer message.
    with torch.random.fork_rng():
        return _run(copy.deepcopy(model), map_tensors(torch.clone, example))


def map_tensors(function, value):
    """The same nested tuples, lists and dictionaries, with a function applied to each tensor."""
    if torch.is_tensor(value):
        return function(value)
    if isinstance(value, dict):
        return {key: map_tensors(function, part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [map_tensors(function, part) for part in value]
    return value


def shapes_of(value):
    """The shapes of all tensors in a nested value, in their order."""
    shapes = []
    map_tensors(lambda tensor: shapes.append(tuple(tensor.shape)), value)
    return tuple(shapes)


def _run(model, example):
    model.eval()
    calls, inner = {}, [0]
    with FlopCounterMode(display=False) as counter, torch.no_grad(), _countable():

        def begin(module, _):
            calls.setdefault(module, Call(order=len(calls)))
            inner.append(0)
            starts.append(counter.get_total_flops())

        def end(module, _, output):
            call, work = calls[module], counter.get_total_flops() - starts.pop()
            call.output = call.output if call.times else shapes_of(output)
            call.operations += work - inner.pop()
            call.times += 1
            inner[-1] += work

        starts = []
        for module in model.modules():
            module.register_forward_pre_hook(begin)
            module.register_forward_hook(end)
        if isinstance(example, dict):
            model(**example)
        else:
            model(*(example if isinstance(example, tuple | list) else [example]))
    return model, calls


@contextlib.contextmanager
def _countable():
    """Keep attention and recurrences to matrix products, which the counter sees.

    It sees nothing of the work inside most kernels that do all of such a layer at once.
    """
    backends = torch.backends
    before = backends.mha.get_fastpath_enabled(), backends.mkldnn.enabled, backends.cudnn.enabled
    try:
        _allow(fused_attention=False, onednn=False, cudnn=False)
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        _allow(*before)


def _allow(fused_attention, onednn, cudnn):
    torch.backends.mha.set_fastpath_enabled(fused_attention)
    torch.backends.mkldnn.enabled = onednn
    torch.backends.cudnn.enabled = cudnn


def _without_values(model):
    """A copy of a model in which every tensor has a shape and no memory."""
    blanks = {id(tensor): _blank_like(tensor) for tensor in _own_tensors(model)}
    return copy.deepcopy(model, blanks)


def _own_tensors(model):
    """Parameters, buffers, and tensors that modules keep as plain attributes."""
    for module in model.modules():
        kept = [*module._parameters.values(), *module._buffers.values(), *vars(module).values()]
        yield from (tensor for tensor in kept if torch.is_tensor(tensor))


def _blank_like(tensor):
    blank = torch.empty_like(tensor, device="meta")
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(blank, requires_grad=tensor.requires_grad)
    return blank

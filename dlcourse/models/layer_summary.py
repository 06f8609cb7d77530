"""What a network is made of: a table of its layers, their outputs, parameters and work."""

import dataclasses

import torch
from torch import nn

from dlcourse.models.forward_record import record, shapes_of
from dlcourse.models.registry import example_input, find
from dlcourse.table import Table


@dataclasses.dataclass(frozen=True)
class Layer:
    """One row: a module, or what a module does outside of those that it consists of.

    output: the shapes of the tensors that its first call returned; empty for what is not called.
    parameters, multiply_adds: a parameter or a module that several rows share counts in the first.
    calls: how often it runs in one pass; multiply_adds is for all of them.
    """

    name: str
    type: str
    output: tuple
    parameters: int
    multiply_adds: int
    calls: int


@dataclasses.dataclass(frozen=True, repr=False)
class Summary:
    """The layers of a model and their sums; it prints as a table, in a notebook as HTML.

    input: the shapes of the tensors for which the work was counted. trained: those of the
    parameters that require a gradient.

    >>> layers = summary("lenet5").layers
    >>> sum(layer.multiply_adds for layer in layers) == summary("lenet5").multiply_adds == 416_520
    True
    """

    layers: tuple
    input: tuple
    parameters: int
    trained: int
    multiply_adds: int

    @property
    def table(self):
        head = ("layer", "type", "output", "parameters", "multiply-adds")
        rows = [
            (
                layer.name + (f" ({layer.calls} times)" if layer.calls > 1 else ""),
                layer.type,
                _shapes(layer.output) if layer.calls else "not called",
                f"{layer.parameters:,}",
                f"{layer.multiply_adds:,}",
            )
            for layer in self.layers
        ]
        rest = "" if self.trained == self.parameters else f", {self.trained:,} of them trained"
        notes = (
            f"{self.parameters:,} parameters{rest}",
            f"{self.multiply_adds:,} multiply-adds for an input of {_shapes(self.input)}",
        )
        return Table(head, rows, right=frozenset({3, 4}), notes=notes)

    def __str__(self):
        return str(self.table)

    __repr__ = __str__

    def _repr_html_(self):
        return self.table._repr_html_()


def summary(model, example=None, *, input_size=None, depth=None):
    """The layers of a model with output shapes, parameters and multiply-adds, and their sums.

    model: a module, or a name that the registry knows, which needs no input.
    example: what the model is called with: a tensor, a tuple of arguments or a dictionary of named
    ones. input_size: instead, the size of one example, as (3, 224, 224); the batch is 1.
    depth: how many levels of modules get rows of their own; None for all, down to single layers.

    Multiply-adds are half of the operations that `torch.utils.flop_counter` counts in a forward
    pass in evaluation mode: those of convolutions, matrix products, recurrences and attention. What
    adds, normalizes or compares counts nothing. The model stays as it was: a copy is run, without
    values where its shapes do not depend on them. Raises ValueError where the input is left out or
    given twice.

    >>> summary("lenet5", depth=1)
    layer       type        output         parameters  multiply-adds
    ----------  ----------  -------------  ----------  -------------
    features    Sequential  (1, 16, 5, 5)       2,572        357,600
    classifier  Sequential  (1, 10)            59,134         58,920
    <BLANKLINE>
    61,706 parameters
    416,520 multiply-adds for an input of (1, 1, 28, 28)
    """
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 1):
        raise ValueError(f"depth is a positive integer or None, got {depth!r}")
    if example is not None and input_size is not None:
        raise ValueError("give an example or an input_size, not both")
    if isinstance(model, str):
        entry = find(model)
        with torch.device("meta"):
            model = entry.build()
            if input_size is None and example is None:
                example = example_input(entry.name, batch=1)
            elif entry.vocabulary is not None and example is None:
                example = torch.zeros(1, *input_size, dtype=torch.long)
    elif not isinstance(model, nn.Module):
        raise TypeError(f"a model or its name expected, got {type(model).__name__}")
    if example is None:
        if input_size is None:
            raise ValueError("give an example of the input, or its size: input_size=(3, 224, 224)")
        like = next((p for p in model.parameters() if p.is_floating_point()), torch.zeros(()))
        example = like.new_zeros(1, *input_size)
    copy, calls = record(model, example)
    levels = float("inf") if depth is None else depth
    groups = sorted(_groups(copy, "", calls, levels, set()), key=lambda group: _order(group, calls))
    parameters = list(copy.parameters())
    counted = set()
    return Summary(
        layers=tuple(_layer(name, modules, calls, counted) for name, modules in groups),
        input=shapes_of(example),
        parameters=sum(p.numel() for p in parameters),
        trained=sum(p.numel() for p in parameters if p.requires_grad),
        multiply_adds=sum(call.operations for call in calls.values()) // 2,
    )


def _groups(module, name, calls, levels, seen):
    """Split a model into rows: each a name and modules, the first of which gives it its type.

    A module that was called and in which nothing was is a layer, however it is built: attention
    that reads its output projection's weights is one. Lists of modules are no level of their own.
    """
    if module in seen:
        return
    below = [m for m in module.modules() if m is not module and m not in seen]
    called, inside = module in calls, any(m in calls for m in below)
    if (called and levels <= 0) or not inside:
        seen.update([module, *below])
        weights = any(True for _ in module.parameters())
        if weights or (called and not isinstance(module, nn.Identity)):
            yield name, [module, *below]
        return
    seen.add(module)
    if any(True for _ in module.parameters(recurse=False)) or (called and calls[module].operations):
        yield name, [module]
    for child, part in module.named_children():
        path = f"{name}.{child}" if name else child
        yield from _groups(part, path, calls, levels - called, seen)


def _order(group, calls):
    """Rows stand in the order of their first calls; what was not called stands at the end."""
    first = calls.get(group[1][0])
    return first.order if first else len(calls)


def _layer(name, modules, calls, counted):
    """The row of some modules; `counted` has the parameters that rows above it have."""
    own = {p: p.numel() for m in modules for p in m.parameters(recurse=False) if p not in counted}
    counted.update(own)
    call = calls.get(modules[0])
    return Layer(
        name=name or "(model)",
        type=type(modules[0]).__name__,
        output=call.output if call else (),
        parameters=sum(own.values()),
        multiply_adds=sum(calls[m].operations for m in modules if m in calls) // 2,
        calls=call.times if call else 0,
    )


def _shapes(shapes):
    """The first of some shapes, and how many more there are."""
    more = f" and {len(shapes) - 1} more" if len(shapes) > 1 else ""
    return f"{shapes[0]}{more}" if shapes else "nothing"

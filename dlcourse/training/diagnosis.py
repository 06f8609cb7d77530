"""What an error in the middle of a model means, in the words of whoever chose the data."""

import torch

from dlcourse.training.batch import map_tensors
from dlcourse.training.checks import check_targets
from dlcourse.training.memory import is_out_of_memory, out_of_memory

SIDES = (8, 16, 28, 32, 48, 64, 96, 112, 128, 160, 192, 224, 227, 256, 299, 331, 384, 512)


def explain(trainer, error, batch):
    """Raise an error that says what to do about `error`; return where nothing more is known."""
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        return
    if is_out_of_memory(error):
        raise out_of_memory(trainer, error, *batch) from error
    if not isinstance(error, RuntimeError | IndexError):  # a ValueError speaks for itself
        return
    x, y = batch
    if "device-side assert" in str(error):
        raise RuntimeError(
            "the GPU met an index out of range, most often a label that is not in 0 … C − 1 or a "
            "token outside the vocabulary; the same batch on device='cpu' says which"
        ) from error
    weight = next(trainer.model.parameters(), None)
    if isinstance(x, torch.Tensor) and weight is not None and "type" in str(error):
        number = x.is_floating_point() or x.dtype == torch.uint8
        if number and x.dtype != weight.dtype:
            raise TypeError(
                f"the model computes in {weight.dtype} and x is {x.dtype}: convert x, as with "
                f"x.to({weight.dtype})"
            ) from error
    output, layer = shapes_through(trainer.model, x)
    if layer is not None:
        raise ValueError(_misfit(trainer.model, x, *layer)) from error
    if output is not None:
        check_targets(output, y, trainer.loss)


def shapes_through(model, x):
    """Run a model on shapes alone: (output, None), or (None, (name, module, input)) where it fails.

    Nothing is computed: parameters and x are taken to the device "meta", which knows shapes only.
    (None, None) where the model does something that has no shape without numbers.

    >>> model = torch.nn.Sequential(torch.nn.Linear(4, 2))
    >>> shapes_through(model, torch.zeros(1, 4))[0].shape
    torch.Size([1, 2])
    >>> shapes_through(model, torch.zeros(1, 3))[1][0]
    '0'
    """
    inside = []
    hooks = []
    for name, module in model.named_modules():

        def enter(module, inputs, name=name):
            inside.append((name, module, inputs[0] if inputs else None))

        hooks += [
            module.register_forward_pre_hook(enter),
            module.register_forward_hook(lambda m, inputs, output: inside.pop() and None),
        ]
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    weights = {name: torch.empty_like(t, device="meta") for name, t in tensors.items()}
    try:
        with torch.no_grad(), torch.device("meta"):
            return torch.func.functional_call(model, weights, (_on_meta(x),)), None
    except NotImplementedError:
        return None, None
    except Exception:
        return None, inside[-1] if inside else None
    finally:
        for hook in hooks:
            hook.remove()


def _on_meta(batch):
    return map_tensors(lambda tensor: torch.empty_like(tensor, device="meta"), batch)


def _misfit(model, x, name, module, given):
    """What a layer expected, what came, and what the model would take."""
    called = f"{name or 'the model'} ({type(module).__name__})"
    if not isinstance(given, torch.Tensor) or not isinstance(x, torch.Tensor):
        return f"the batch does not fit the model: {called} fails"
    shape = tuple(given.shape)
    wants = [
        ("in_channels", "channels", 1),
        ("num_features", "channels", 1),
        ("in_features", "features", -1),
    ]
    text = f"{called} fails on an input of shape {shape}"
    for attribute, unit, axis in wants:
        expected = getattr(module, attribute, None)
        if isinstance(expected, int) and len(shape) > 1 and shape[axis] != expected:
            unit = unit.removesuffix("s") if expected == 1 else unit
            text = f"{called} expects {expected} {unit} and got {shape[axis]}"
            break
    takes = _what_fits(model, x)
    there = f"; the model works on x of shape (N, {', '.join(map(str, takes))})" if takes else ""
    return f"the batch does not fit the model: x is {tuple(x.shape)}, and {text}{there}"


def _what_fits(model, x):
    """The shape of an image, nearest to those in x, that a model runs on; None if none is found."""
    if x.ndim != 4:
        return None
    channels, side = x.shape[1], x.shape[2]
    square = [(s, s) for s in sorted(SIDES, key=lambda s: abs(s - side))]
    for count in dict.fromkeys((channels, 1, 3, 4)):
        for size in (tuple(x.shape[2:]), *square):
            if shapes_through(model, x.new_empty((len(x), count, *size)))[0] is not None:
                return (count, *size)
    return None

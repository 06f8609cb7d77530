"""The bridge between the optimizers of `dlcourse.optim` and those of `torch.optim`."""

import numpy as np
import torch

NAMES = ("SGD", "Adagrad", "RMSprop", "Adam", "AdamW")


def transfer_state(source, target):
    """Let an optimizer of one library go on where one of the other stands.

    source, target: of the same name, one of `dlcourse.optim` and one of `torch.optim`, over
    parameters of the same shapes in the same order. The step counts, the running means and the
    settings that both have are copied; the weights are not.

    Both libraries lay their state out in the same way: what differs is that one holds arrays and
    counts, the other tensors.

    Raises TypeError where not exactly one is PyTorch's, ValueError for optimizers of different
    names, groups or shapes.

    >>> from dlcourse import nn, optim
    >>> ours = nn.Linear(2, 1, rng=0)
    >>> before = optim.SGD(ours.parameters(), lr=0.1, momentum=0.9)
    >>> theirs = torch.nn.Linear(2, 1)
    >>> after = torch.optim.SGD(theirs.parameters())
    >>> transfer_state(before, after)
    >>> after.param_groups[0]["lr"], after.param_groups[0]["momentum"]
    (0.1, 0.9)
    """
    to_torch = isinstance(target, torch.optim.Optimizer)
    if to_torch == isinstance(source, torch.optim.Optimizer):
        raise TypeError(
            "transfer_state goes between one optimizer of dlcourse.optim and one of torch.optim, "
            f"got {type(source).__module__} and {type(target).__module__}"
        )
    if type(source).__name__ not in NAMES:
        raise ValueError(f"states of {', '.join(NAMES)} go over, not of {type(source).__name__}")
    if type(source).__name__ != type(target).__name__:
        raise ValueError(
            f"the state of {type(source).__name__} means nothing to {type(target).__name__}"
        )
    saved, own = source.state_dict(), target.state_dict()
    _check_groups(saved, own)
    state = {
        number: {name: _converted(name, value, to_torch) for name, value in entry.items()}
        for number, entry in saved["state"].items()
    }
    if to_torch:
        _check_shapes(state, target)
    # Settings that only one library has (fused, foreach, …) stay as the target has them.
    groups = [
        {**mine, **{k: _setting(v) for k, v in theirs.items() if k in mine and k != "params"}}
        for mine, theirs in zip(own["param_groups"], saved["param_groups"], strict=True)
    ]
    target.load_state_dict({"state": state, "param_groups": groups})


def _check_groups(saved, own):
    came, have = ([len(g["params"]) for g in s["param_groups"]] for s in (saved, own))
    if came != have:
        raise ValueError(f"expected parameter groups of {have} parameters, got {came}")


def _check_shapes(state, target):
    parameters = [p for group in target.param_groups for p in group["params"]]
    for number, entry in state.items():
        shape = tuple(parameters[number].shape)
        for name, value in entry.items():
            if isinstance(value, torch.Tensor) and value.ndim and tuple(value.shape) != shape:
                raise ValueError(
                    f"{name} of parameter {number} has shape {tuple(value.shape)}, the parameter "
                    f"{shape}"
                )


def _converted(name, value, to_torch):
    if value is None:
        return None
    if to_torch:
        return torch.tensor(float(value)) if name == "step" else torch.from_numpy(np.array(value))
    return int(value) if name == "step" else value.detach().cpu().double().numpy()


def _setting(value):
    return value.item() if isinstance(value, torch.Tensor) else value

"""An average of the weights along the way, which often classifies better than the last ones."""

import copy

import torch


class EMA:
    """θ̄ ← θ̄ + (1 − dₜ)(θ − θ̄) after each step, with dₜ = min(decay, (1 + t) / (10 + t)).

    An average over the last 1 / (1 − decay) steps or so; dₜ is smaller at first, so that the
    initial weights are soon forgotten. Buffers, as batch norm's statistics, are averaged as well;
    counts are copied. `model` is the averaged model, in evaluation mode.

    Raises ValueError for a decay outside [0, 1). Sources: Polyak & Juditsky (1992), Tarvainen &
    Valpola (2017).

    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> _ = torch.nn.init.zeros_(model.weight)
    >>> ema = EMA(model, decay=0.9)
    >>> _ = torch.nn.init.ones_(model.weight)
    >>> ema.update()
    >>> round(ema.model.weight.item(), 4)  # d₁ = 2/11
    0.8182
    """

    def __init__(self, model, decay=0.999):
        if not 0 <= decay < 1:
            raise ValueError(f"decay lies in [0, 1), got {decay}")
        self.decay, self.steps = decay, 0
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        ours, theirs = self.model.state_dict().values(), model.state_dict(keep_vars=True).values()
        pairs = list(zip(ours, theirs, strict=True))
        smooth = [pair for pair in pairs if pair[0].is_floating_point()]
        self._averages = [average for average, _ in smooth]
        self._values = [value for _, value in smooth]
        self._counts = [pair for pair in pairs if not pair[0].is_floating_point()]

    @torch.no_grad()
    def update(self):
        """Move the average towards the model's present weights."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(self._averages, self._values, 1 - decay)
        for ours, theirs in self._counts:
            ours.copy_(theirs)

    def state_dict(self):
        return {"steps": self.steps, "model": self.model.state_dict()}

    def load_state_dict(self, state):
        self.steps = state["steps"]
        self.model.load_state_dict(state["model"])

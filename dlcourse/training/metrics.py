"""What is measured of a step, and means of it that make no step wait for the device."""

import math

import torch

from dlcourse.training.batch import first

READ_EVERY = 50  # batches between two readings, each of which waits for the device


def accuracy(output, y, ignore_index=None):
    """The share of targets that have the largest score: a tensor with one number, 0 to 1.

    output: (N, C) or (N, C, ...), or a tuple that begins with it; y: classes, (N) or (N, ...).
    ignore_index: a class that is no target, as padding.

    >>> accuracy(torch.tensor([[0.1, 0.9], [0.8, 0.2]]), torch.tensor([1, 1]))
    tensor(0.5000)
    """
    right = first(output).argmax(1) == y
    if ignore_index is None:
        return right.mean(dtype=torch.float32)
    counted = y != ignore_index
    return (right & counted).sum() / counted.sum().clamp(min=1)


def are_classes(output, y):
    """Tell whether y holds one class for each row of scores, or for each place of it."""
    output = first(output)
    return (
        isinstance(output, torch.Tensor)
        and isinstance(y, torch.Tensor)
        and not y.is_floating_point()
        and output.ndim == y.ndim + 1
        and output.shape[1] > 1
        and output.shape[:1] + output.shape[2:] == y.shape
    )


def usual_metrics(output, y):
    """What is measured unless something else is asked for: accuracy, of classes."""
    return {"accuracy": accuracy} if are_classes(output, y) else {}


class Tally:
    """Means over examples. What a step measures stays on the device until `collect` reads it.

    Reading a number from a GPU waits for all work that was given to it, so that it stands idle
    until the next is there. Many numbers are therefore read at once.

    >>> tally = Tally()
    >>> tally.add(3, {"loss": torch.tensor(1.0)})
    >>> tally.add(1, {"loss": torch.tensor(5.0)})
    >>> tally.collect(), tally.means()
    ([1.0, 5.0], {'loss': 2.0})
    """

    def __init__(self):
        self.sums, self.count = {}, 0
        self._waiting = []

    def add(self, count, values):
        """Note the means over a batch of `count` examples; the first value is the loss."""
        self._waiting.append((count, values))

    def collect(self):
        """Read what waits, add it up, and return the losses among it."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        names = list(waiting[0][1])
        device = waiting[0][1][names[0]].device
        numbers = [torch.as_tensor(v, device=device) for _, row in waiting for v in row.values()]
        rows = torch.stack(numbers).cpu().reshape(len(waiting), len(names)).tolist()
        for place, name in enumerate(names):
            more = math.fsum(c * row[place] for (c, _), row in zip(waiting, rows, strict=True))
            self.sums[name] = self.sums.get(name, 0.0) + more
        self.count += sum(count for count, _ in waiting)
        return [row[0] for row in rows]

    def means(self):
        return {name: total / max(self.count, 1) for name, total in self.sums.items()}

    def state_dict(self):
        return {"sums": dict(self.sums), "count": self.count}

    def load_state_dict(self, state):
        self.sums, self.count, self._waiting = dict(state["sums"]), state["count"], []

"""What a training did, an epoch after the other."""


class History:
    """Lists of one number an epoch, by name: `history.loss`, `history["val_accuracy"]`.

    loss and the metrics: means over the epoch's examples, measured while the weights changed; the
    same with `val_`: on the validation set after the epoch; learning_rate: of the first parameter
    group as the epoch ended; seconds: of the epoch's training, without the validation.
    `dlcourse.viz.training_curves` draws it.

    >>> history = History(loss=[0.9, 0.4, 0.5])
    >>> history.append(loss=0.3)
    >>> len(history), history.loss, history.best("loss")
    (4, [0.9, 0.4, 0.5, 0.3], 4)
    """

    def __init__(self, **lists):
        self._lists = {name: list(values) for name, values in lists.items()}

    def append(self, **values):
        """Add an epoch."""
        for name, value in values.items():
            self._lists.setdefault(name, []).append(value)

    def best(self, name):
        """The epoch, counted from 1, with the smallest value; the largest of an accuracy."""
        values = self[name]
        choose = max if "accuracy" in name else min
        return 1 + choose(range(len(values)), key=values.__getitem__)

    def keys(self):
        return list(self._lists)

    def __contains__(self, name):
        return name in self._lists

    def __getitem__(self, name):
        if name not in self._lists:
            raise KeyError(f"the history has {', '.join(self._lists) or 'no epoch yet'}, no {name}")
        return self._lists[name]

    def __getattr__(self, name):
        # Copying and unpickling ask for attributes before there is anything to look in.
        if name == "_lists" or name not in self._lists:
            raise AttributeError(f"the history has no {name!r}")
        return self._lists[name]

    def __len__(self):
        return max(map(len, self._lists.values()), default=0)

    def __eq__(self, other):
        return isinstance(other, History) and self._lists == other._lists

    __hash__ = None

    def __str__(self):
        if not len(self):
            return "no epoch yet"
        parts = [
            f"{name.replace('val_', 'validation ')} "
            + (f"{values[-1]:.2%}" if "accuracy" in name else f"{values[-1]:.4g}")
            for name, values in self._lists.items()
            if values and name not in ("seconds", "learning_rate")
        ]
        return f"epoch {len(self)}: " + ", ".join(parts)

    def __repr__(self):
        return f"History({', '.join(f'{k}={v}' for k, v in self._lists.items())})"

    def state_dict(self):
        return {name: list(values) for name, values in self._lists.items()}

    def load_state_dict(self, state):
        self._lists = {name: list(values) for name, values in state.items()}

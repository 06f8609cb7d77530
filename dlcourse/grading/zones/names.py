"""What a name in a test cell means: the trusted namespace first, builtins next, the student last.

Python looks a global name up in a function's globals and then in their `__builtins__`. So the last
step hangs on the builtins: a dict that asks the student's zone for what it lacks. Functions,
comprehensions and class bodies all take this way, each time they run.
"""

import builtins


class Builtins(dict):
    """The builtins, and behind them the student's global names.

    ask: a function of a name; KeyError where the student has none.
    """

    def __init__(self, ask):
        super().__init__(vars(builtins))
        self._ask = ask

    def __missing__(self, name):
        __tracebackhide__ = True
        found = vars(builtins).get(name, self)  # IPython adds `display` while a cell runs
        return self._ask(name) if found is self else found

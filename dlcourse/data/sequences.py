"""Two tasks that ask a recurrent network to remember: the adding problem and delayed recall."""

import math

import numpy as np

from dlcourse.data.dataset import Entry
from dlcourse.data.options import whole_number
from dlcourse.data.sequence_set import SequenceSet
from dlcourse.random import default_rng

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def load_adding_problem(n=1000, length=50, rng=None):
    """Add two numbers that are marked among many, at the end of the sequence.

    n: number of sequences. length: their steps, at least 2.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, length, 2) float32. Channel 0 holds numbers that are uniform in 0..1; channel 1 is 1 at
    two steps, one in the first half and one in the second, and 0 elsewhere.
    y: (n,) float32, the sum of the two marked numbers. Its mean is 1 and its variance
    1/12 + 1/12 = 1/6: a network that remembers nothing and always says 1 has a mean squared error
    of 0.1667, which is info["baseline"].
    info["marked"]: (n, 2) int64, the two steps.

    Source: generated; Hochreiter and Schmidhuber, Long short-term memory, 1997, experiment 4, with
    the numbers in 0..1 and the plain sum of Le, Jaitly and Hinton, 2015.
    """
    n, length, rng = whole_number("n", n, 1), whole_number("length", length, 2), default_rng(rng)
    half = length // 2
    marked = np.stack([rng.integers(half, size=n), rng.integers(half, length, size=n)], axis=1)
    x = np.zeros((n, length, 2), np.float32)
    x[:, :, 0] = rng.random((n, length), dtype=np.float32)
    rows = np.arange(n)[:, None]
    x[rows, marked, 1] = 1
    return SequenceSet(
        name="adding_problem",
        x=x,
        y=x[rows, marked, 0].sum(axis=1),
        info={"baseline": 1 / 6, "marked": marked},
    )


def load_delayed_recall(n=1000, delay=20, remember=5, symbols=8, rng=None):
    """Repeat a few letters after a long wait: the copying task.

    n: number of sequences. delay: steps from the last letter to the first that is asked for, at
    least 1. remember: letters to repeat. symbols: of how many letters, 2 to 26.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, delay + 2·remember) int64: `remember` letters, blanks, the sign "?" at step
    remember + delay − 1, and as many blanks as there are letters to be said.
    y: (n, delay + 2·remember) int64: blanks up to and with the "?", then the letters.
    vocabulary: "·" for the blank is 0, the letters are 1 to `symbols`, "?" comes last; `classes`
    leaves out the "?", which is never an answer.

    A network that remembers nothing says the blanks and guesses the letters: its mean cross-entropy
    a step is remember·ln(symbols) / (delay + 2·remember), which is info["baseline"].

    Source: generated; Hochreiter and Schmidhuber, Long short-term memory, 1997; the form and the
    baseline of Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks, 2016.
    """
    n, delay = whole_number("n", n, 1), whole_number("delay", delay, 1)
    remember, symbols = whole_number("remember", remember, 1), whole_number("symbols", symbols, 2)
    if symbols > len(LETTERS):
        raise ValueError(f"symbols must be at most {len(LETTERS)}, got {symbols}")
    letters = default_rng(rng).integers(1, symbols + 1, size=(n, remember))
    steps = delay + 2 * remember
    x, y = np.zeros((2, n, steps), np.int64)
    x[:, :remember] = y[:, -remember:] = letters
    x[:, remember + delay - 1] = symbols + 1
    vocabulary = ("·", *LETTERS[:symbols], "?")
    return SequenceSet(
        name="delayed_recall",
        x=x,
        y=y,
        vocabulary=vocabulary,
        classes=vocabulary[:-1],
        info={"baseline": remember * math.log(symbols) / steps},
    )


ENTRIES = (
    Entry("adding_problem", load_adding_problem, "(1000, 50, 2)", "generated"),
    Entry("delayed_recall", load_delayed_recall, "(1000, 30)", "generated"),
)

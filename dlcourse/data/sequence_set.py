"""What `load` returns for sequences and text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dlcourse.data.dataset import Parted


@dataclass(frozen=True, eq=False, repr=False)
class SequenceSet(Parted):
    """Sequences, what belongs to each step or to the whole of each, and the words for the numbers.

    name: the name that `load` was given.
    x: int64, (N, T), tokens, the places of characters or words in the vocabulary; or float32,
    (N, T, channels).
    y: int64, (N, T), a token for each step, or (N,), a label for each sequence; float32 where it is
    a quantity.
    vocabulary: what each token stands for, in order; empty where x has no tokens.
    classes: the names of the labels, in order; empty where y is a quantity.
    lengths: int64, (N,), how many steps of each sequence count, the rest is padding; None where all
    do.
    description, n_train, info: as in `DataSet`, also x_train, y_train, x_test, y_test.

    >>> words = SequenceSet("words", np.array([[0, 1]]), np.array([[1, 0]]), tuple("ab"))
    >>> words
    SequenceSet 'words': x (1, 2) int64, y (1, 2) int64, a vocabulary of 2
    >>> words.decode(words.x[0]), words.encode("ba").tolist()
    ('ab', [1, 0])
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    vocabulary: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    lengths: np.ndarray | None = None
    description: str = ""
    n_train: int | None = None
    info: Mapping[str, object] = field(default_factory=dict)

    def encode(self, text):
        """The tokens of a text, int64, (T,): of its characters, or of its words between blanks.

        ValueError for what is not in the vocabulary.
        """
        token = {word: i for i, word in enumerate(self.vocabulary)}
        words = text if self._of_characters() else text.split()
        for word in words:
            if word not in token:
                raise ValueError(f"{word!r} is not in the vocabulary of {self.name!r}")
        return np.array([token[word] for word in words], np.int64)

    def decode(self, tokens):
        """The text of some tokens, (T,): characters together, words with a blank between them."""
        between = "" if self._of_characters() else " "
        return between.join(self.vocabulary[token] for token in tokens)

    def _of_characters(self):
        if not self.vocabulary:
            raise AttributeError(f"the data set {self.name!r} has no vocabulary: its x is no text")
        return all(len(word) == 1 for word in self.vocabulary)

    def __repr__(self):
        what = f"a vocabulary of {len(self.vocabulary)}" if self.vocabulary else "no vocabulary"
        return f"SequenceSet {self.name!r}: {self._shapes()}, {what}"


def windows(tokens, length):
    """A text cut into x and y: (N, length) tokens, and those that follow each of them.

    tokens: int64, (T,). length: None for one uncut row, x and y of shape (T − 1,). What does not
    fill a window at the end is left out.

    >>> windows(np.arange(6), 2)
    (array([[0, 1], [2, 3]]), array([[1, 2], [3, 4]]))
    """
    x, y = tokens[:-1], tokens[1:]
    if length is None:
        return x.copy(), y.copy()
    n = len(x) // length
    return tuple(part[: n * length].reshape(n, length).copy() for part in (x, y))

"""Small talk with quotation marks and line breaks, labelled character by character."""

import numpy as np

from dlcourse.data.dataset import Entry
from dlcourse.data.options import whole_number
from dlcourse.data.sequence_set import SequenceSet, windows
from dlcourse.random import default_rng

WHO = ("the fox", "the crow", "an old owl", "the hen", "a small frog", "the cat", "the goose")
SAID = ("said", "asked", "cried", "whispered", "answered")
DID = ("waited", "looked up", "went home", "sat down", "sang", "ran to the river", "fell asleep")
WHEN = ("at noon", "in the rain", "after a while", "by the gate", "once more", "in the morning")
TALK = (
    "come here",
    "what do you want",
    "it is late",
    "i have seen the moon",
    "where did you go",
    "you may have the cheese",
    "nobody knows",
    "the road is long and the night is cold",
    "give it back",
    "let us wait until the rain is over",
)


def load_quoted_text(n=200, length=100, width=40, rng=None):
    """A generated story in which animals talk, with a label for each character.

    n: number of windows of the text. length: their characters.
    width: characters of a line, at least 30; a line breaks at the last blank that fits, also within
    a quotation.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, length) int64, the text, window after window. y: (n, length) int64, the character that
    follows each. vocabulary: the characters, "\\n" and '"' among them.
    info["inside_quote"]: (n, length) int64, 1 where a quotation is open after this character: from
    its first mark to the letter before its last mark. To train a tagger, take it in the place of y.
    info["position"]: (n, length) int64, how far the character is from the beginning of its line;
    the line break itself is the last of its line.

    A cell of a network that predicts the next character may learn either by itself: whether a
    closing mark may come depends on the one, where a line breaks on the other.
    Source: generated; after the cells that Karpathy, Johnson and Li found, Visualizing and
    understanding recurrent networks, 2015.
    """
    n, length = whole_number("n", n, 1), whole_number("length", length, 1)
    width, rng = whole_number("width", width, 30), default_rng(rng)
    text = _wrapped(_sentences(n * length + 1, rng), width)[: n * length + 1]
    vocabulary = tuple(sorted(set("".join(_all_words())) | set('"\n .,?')))
    token = {character: i for i, character in enumerate(vocabulary)}
    x, y = windows(np.array([token[c] for c in text], np.int64), length)
    return SequenceSet(
        name="quoted_text",
        x=x,
        y=y,
        vocabulary=vocabulary,
        classes=vocabulary,
        info={
            "inside_quote": _inside_quote(text[:-1]).reshape(n, length),
            "position": _position(text[:-1]).reshape(n, length),
        },
    )


def _all_words():
    return [*WHO, *SAID, *DID, *WHEN, *TALK, "and"]


def _sentences(characters, rng):
    """Sentences with a blank between them, at least so many characters."""
    sentences, total = [], 0
    while total < characters:
        sentences.append(_sentence(rng))
        total += len(sentences[-1]) + 1
    return " ".join(sentences) + " "


def _sentence(rng):
    def one(words):
        return words[rng.integers(len(words))]

    kind = rng.integers(4)
    if kind == 0:
        return f"{one(WHO)} {one(DID)} {one(WHEN)}."
    talk = one(TALK)
    if kind == 1:
        return f'"{talk}," {one(SAID)} {one(WHO)} {one(WHEN)}.'
    if kind == 2:
        return f'{one(WHO)} {one(SAID)}, "{talk}."'
    return f'"{talk}," {one(SAID)} {one(WHO)}, "and {one(TALK)}?"'


def _wrapped(text, width):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line, ""])


def _inside_quote(text):
    marks = np.cumsum([character == '"' for character in text])
    return (marks % 2).astype(np.int64)


def _position(text):
    place = np.arange(len(text))
    breaks = np.array([character == "\n" for character in text])
    # Each line begins one after the last break before the character.
    begins = np.where(breaks, place + 1, 0)
    begins = np.concatenate([[0], np.maximum.accumulate(begins)[:-1]])
    return (place - begins).astype(np.int64)


ENTRIES = (Entry("quoted_text", load_quoted_text, "(200, 100)", "generated"),)

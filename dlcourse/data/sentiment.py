"""Short sentences of praise and of blame, made by a grammar that knows negation."""

import numpy as np

from dlcourse.data.dataset import Entry
from dlcourse.data.options import whole_number
from dlcourse.data.sequence_set import SequenceSet
from dlcourse.random import default_rng


def _words(text):
    return tuple(text.split())


PRAISE = _words(
    "good great lovely funny clever warm brilliant charming moving fresh bright delightful "
    "gripping honest beautiful"
)
BLAME = _words(
    "bad dull awful boring weak slow poor silly cold clumsy stale tiresome ugly shallow dreadful"
)
LIKE = _words("love like enjoy admire praise")
DISLIKE = _words("hate dislike regret despise mock")
LEXICON = dict.fromkeys((*PRAISE, *LIKE), 1) | dict.fromkeys((*BLAME, *DISLIKE), -1)

THINGS = _words(
    "film plot acting ending music story dialogue cast script hero humour camera pace book song"
)
DEGREES = _words("very really truly quite so rather")
REVERSALS = ("not", "hardly", "never", "not at all", "anything but", "far from", "by no means")
PAD = "<pad>"
LONGEST = 15
# Were it a half, no word would say anything by itself.
NEGATED = 0.2


def load_sentiment(n=2000, rng=None):
    """Sentences about films and books that praise or blame, of 4 to 15 words.

    n: number of sentences, no two of them equal, 100 to 20,000; half of them (rounded down) praise.
    rng: numpy.random.Generator, seed, or None for the course's own generator.

    x: (n, 15) int64, the words of each sentence, filled up with 0, which stands for "<pad>".
    lengths: (n,) int64, the words that count. vocabulary: "<pad>", then the words in order.
    y: (n,) int64, 0 for blame ("negative"), 1 for praise ("positive").
    The last fifth of the rows are x_test.
    info["sentences"]: the sentences as text. info["negated"]: (n,) bool, whether a word such as
    "not" or "hardly" turns the meaning of another. info["lexicon"]: each word that says something
    by itself, with +1 or −1.

    A grammar with a lexicon written by hand made them, and no reader has judged them: what a model
    learns here is that grammar. In "the plot is not good" or "the film is hardly bad" a reversal
    turns the meaning; in "the cast is good but the plot is bad" the part after "but" decides. A sum
    over the words of a sentence is right about some seven in ten of them; a model that reads the
    words in order can be right about all. People's reviews are longer and less plain.

    Source: generated.
    """
    n, rng = whole_number("n", n, 100), default_rng(rng)
    if n > 20_000:
        raise ValueError(f"n must be at most 20000, the grammar has no more to say, got {n}")
    found = {}
    wanted = {1: n // 2, -1: n - n // 2}
    while sum(wanted.values()):
        words, meaning, negated = _sentence(rng)
        if wanted[meaning] and words not in found:
            found[words] = (meaning, negated)
            wanted[meaning] -= 1
    sentences = list(found)
    sentences = [sentences[i] for i in rng.permutation(n)]
    vocabulary = (PAD, *sorted(_all_words()))
    token = {word: i for i, word in enumerate(vocabulary)}
    lengths = np.array([len(words.split()) for words in sentences])
    x = np.zeros((n, LONGEST), np.int64)
    for row, words in zip(x, sentences, strict=True):
        words = words.split()
        row[: len(words)] = [token[word] for word in words]
    return SequenceSet(
        name="sentiment",
        x=x,
        y=np.array([found[words][0] > 0 for words in sentences], np.int64),
        vocabulary=vocabulary,
        classes=("negative", "positive"),
        lengths=lengths,
        n_train=n - n // 5,
        info={
            "sentences": tuple(sentences),
            "negated": np.array([found[words][1] for words in sentences]),
            "lexicon": dict(LEXICON),
        },
    )


def _all_words():
    phrases = (*LEXICON, *THINGS, *DEGREES, *REVERSALS, "the is i do not but and")
    return set(" ".join(phrases).split())


def _sentence(rng):
    """A sentence, +1 for praise or −1 for blame, and whether a reversal is in it."""
    words, meaning, negated = _clause(rng)
    more = rng.integers(5)
    if more > 1:
        return words, meaning, negated
    # After "but" comes the opposite, and it is what counts; after "and" comes more of the same.
    wanted = -meaning if more == 0 else meaning
    while True:
        second, other, also_negated = _clause(rng)
        if other == wanted:
            joint = "but" if more == 0 else "and"
            return f"{words} {joint} {second}", wanted, negated or also_negated


def _clause(rng):
    def one(words):
        return words[rng.integers(len(words))]

    about_me, negated, thing = rng.random() < 0.2, bool(rng.random() < NEGATED), one(THINGS)
    word = one(one((LIKE, DISLIKE) if about_me else (PRAISE, BLAME)))
    meaning = LEXICON[word]
    if about_me:
        words = f"i do not {word} the {thing}" if negated else f"i {word} the {thing}"
    else:
        words = f"the {thing} is {one(REVERSALS if negated else ('', *DEGREES))} {word}"
    return " ".join(words.split()), -meaning if negated else meaning, negated


ENTRIES = (Entry("sentiment", load_sentiment, "(2000, 15)", "generated"),)

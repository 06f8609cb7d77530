"""Text sets: labels found again character by character, meanings by a second reading."""

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import dlcourse
from dlcourse import data
from dlcourse.data import course_text, sentiment


@pytest.mark.parametrize("width", [30, 40, 70])
def test_quotes_and_positions_as_a_loop_reads_them(width):
    s = data.load("quoted_text", n=40, length=90, width=width, rng=0)
    text = s.decode(s.x.ravel())
    is_open, position = False, 0
    for character, inside, place in zip(
        text, s.info["inside_quote"].ravel(), s.info["position"].ravel(), strict=True
    ):
        assert place == position
        position = 0 if character == "\n" else position + 1
        is_open ^= character == '"'
        assert inside == is_open
    assert max(len(line) for line in text.split("\n")) <= width
    assert 0.2 < s.info["inside_quote"].mean() < 0.8
    np.testing.assert_array_equal(s.y.ravel()[:-1], s.x.ravel()[1:])


def test_lines_break_at_the_last_blank_that_fits_also_within_quotations():
    s = data.load("quoted_text", n=100, length=100, rng=0)
    lines = s.decode(s.x.ravel()).split("\n")[:-1]
    for line, following in itertools.pairwise(lines):
        if following:
            assert len(line) + 1 + len(following.split()[0]) > 40
    assert s.info["inside_quote"][s.x == s.vocabulary.index("\n")].mean() > 0.1


def meaning(sentence):
    """Praise or blame as a reader of the docstring's rules decides it, clause by clause."""
    clause = re.split(r" but | and ", sentence)[-1]
    lexicon = sentiment.LEXICON
    (word,) = [w for w in clause.split() if w in lexicon]
    sign = lexicon[word]
    signals = ("not", "hardly", "never", "anything but", "far from", "by no means")
    # "anything but" has a "but" of its own.
    before = sentence[: sentence.rindex(word)]
    last = re.split(r" (?<!anything )but | and ", before)[-1]
    return -sign if any(f" {signal} " in f" {last} " for signal in signals) else sign


def test_sentences_mean_what_their_label_says():
    s = data.load("sentiment", n=3000, rng=0)
    for sentence, y in zip(s.info["sentences"], s.y, strict=True):
        assert (meaning(sentence) > 0) == y, sentence
    assert s.y.mean() == pytest.approx(0.5)
    assert len(set(s.info["sentences"])) == 3000


def test_sentences_and_their_tokens():
    s = data.load("sentiment", n=500, rng=0)
    assert (len(s.x_train), len(s.x_test)) == (400, 100)
    assert s.vocabulary[0] == "<pad>"
    for sentence, x, length in zip(s.info["sentences"], s.x, s.lengths, strict=True):
        assert s.decode(x[:length]) == sentence
        assert (x[length:] == 0).all()
        assert (x[:length] > 0).all()
        assert 4 <= length <= 15
    assert set(data.load("sentiment", n=5000, rng=0).x.ravel()) == set(range(len(s.vocabulary)))
    with pytest.raises(ValueError, match="'wonderful' is not in the vocabulary of 'sentiment'"):
        s.encode("the film is wonderful")


def test_negation_defeats_a_sum_over_words():
    s = data.load("sentiment", rng=0)
    weight = np.array([s.info["lexicon"].get(word, 0) for word in s.vocabulary])
    guess = weight[s.x].sum(axis=1) > 0
    right = guess == (s.y == 1)
    assert right[~s.info["negated"]].mean() > 0.8
    assert right[s.info["negated"]].mean() < 0.5
    assert 0.2 < s.info["negated"].mean() < 0.4
    # The best that a weight for each word can do, found by logistic regression.
    counts = np.stack([np.bincount(row, minlength=len(s.vocabulary)) for row in s.x])[:, 1:]
    linear = LogisticRegression(max_iter=500).fit(counts[: s.n_train], s.y_train)
    assert 0.65 < linear.score(counts[s.n_train :], s.y_test) < 0.8


def test_examples_that_the_docstring_promises():
    assert meaning("the plot is not good") == -1
    assert meaning("the film is hardly bad") == 1
    assert meaning("the cast is good but the plot is bad") == -1
    assert meaning("the cast is anything but good") == -1


def test_the_courses_text_holds_its_docstrings_and_lectures():
    s = data.load("course_text")
    text = s.decode(s.x)
    assert "The exclusive or: four clouds at the corners of the unit square." in text
    names = s.info["documents"]
    assert "dlcourse/nn/linear.py" in names
    root = Path(dlcourse.__file__).parents[1]
    if (root / "pyproject.toml").is_file():
        assert any(name.startswith("lectures/") for name in names)
    assert not any(name.startswith(("solutions/", "assignments/")) for name in names)
    np.testing.assert_array_equal(s.y_train[:-1], s.x_train[1:])
    assert 0.05 < len(s.x_test) / len(s.x) < 0.2
    np.testing.assert_array_equal(data.load("course_text").x, s.x)


def test_documents_are_held_out_whole():
    s = data.load("course_text", lectures=False)
    names = s.info["documents"]
    held_out = sorted(names)[9::10]
    assert list(names[-len(held_out) :]) == held_out
    path = Path(dlcourse.__file__).parents[1] / held_out[-1]
    last = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    plain = "".join(c if c in s.vocabulary else course_text.RARE for c in last)
    assert plain in s.decode(s.x_test)
    assert plain not in s.decode(s.x_train)


def test_windows_of_the_courses_text():
    whole, cut = (
        data.load("course_text", lectures=False),
        data.load("course_text", length=50, lectures=False),
    )
    assert cut.x.shape[1] == 50
    n = cut.n_train
    np.testing.assert_array_equal(cut.x_train.ravel(), whole.x_train[: n * 50])
    np.testing.assert_array_equal(cut.y_test.ravel(), whole.y_test[: cut.y_test.size])


def test_rare_characters_become_one():
    few = data.load("course_text", rarest=500, lectures=False)
    every = data.load("course_text", rarest=1, lectures=False)
    assert course_text.RARE in few.vocabulary
    assert len(few.vocabulary) < len(every.vocabulary)
    counts = np.bincount(every.x, minlength=len(every.vocabulary))
    common = {c for c, n in zip(every.vocabulary, counts, strict=True) if n >= 510}
    assert common <= set(few.vocabulary)
    share = counts / counts.sum()
    entropy = -(share * np.log(share)).sum()
    assert every.info["unigram_entropy"] == pytest.approx(entropy, rel=1e-3)


def test_without_the_repository_the_docstrings_are_the_text(monkeypatch, tmp_path):
    package = tmp_path / "dlcourse"
    package.mkdir()
    for i in range(10):
        code = f'"""Module {i}."""\n\n\ndef f():\n    """Do {i}."""\n    return "no docstring"\n'
        (package / f"m{i}.py").write_text(code)
    monkeypatch.setattr(course_text, "PACKAGE", package)
    s = data.load("course_text", rarest=1)
    assert s.decode(s.x_test) == "Module 9.\n\nDo 9."
    assert s.decode(s.x_train).startswith("Module 0.\n\nDo 0.\n\nModule 1.")
    course_text._documents.cache_clear()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "README.md").write_text('# Read <img src="x"> me ![picture](p.png) now')
    assert "Read  me  now" in data.load("course_text", rarest=1).decode(
        data.load("course_text", rarest=1).x
    )
    assert "README.md" not in data.load("course_text", rarest=1, lectures=False).info["documents"]

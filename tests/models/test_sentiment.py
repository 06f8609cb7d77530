"""The mean of word vectors, with padding that does not count."""

import pytest
import torch
from torch import nn

from dlcourse import models


@pytest.fixture
def model():
    torch.manual_seed(0)
    return models.create("sentiment_classifier", vocabulary=30).eval()


def test_it_is_the_mean_over_the_words_written_as_a_loop(model):
    sentences = [[3, 7, 7], [12]]
    padded = torch.tensor([[3, 7, 7, 0, 0], [12, 0, 0, 0, 0]])
    for row, words in enumerate(sentences):
        vectors = [model.embedding.weight[w] for w in words]
        expected = model.classifier(sum(vectors) / len(vectors))
        torch.testing.assert_close(model(padded)[row], expected)


def test_more_padding_changes_nothing(model):
    x = torch.tensor([[3, 7, 0]])
    torch.testing.assert_close(model(x), model(nn.functional.pad(x, (0, 9))))


def test_the_order_of_the_words_does_not_matter(model):
    torch.testing.assert_close(model(torch.tensor([[3, 7, 9]])), model(torch.tensor([[9, 3, 7]])))


def test_a_sentence_of_nothing_is_finite(model):
    assert torch.isfinite(model(torch.zeros(1, 4, dtype=torch.long))).all()

"""The character model and the tagger: what they look at, how they go on, what they weigh."""

import pytest
import torch
from torch import nn

from dlcourse import models

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


@pytest.mark.parametrize("cell", GATES)
def test_parameters_by_arithmetic(cell):
    model = models.create("char_lm", vocabulary=50, cell=cell, embedding_dim=8, hidden_size=16)
    recurrence = GATES[cell] * 16 * (8 + 16 + 2)
    assert sum(p.numel() for p in model.parameters()) == 50 * 8 + recurrence + 16 * 50 + 50


@pytest.mark.parametrize("cell", GATES)
def test_a_score_depends_on_the_past_alone(cell):
    torch.manual_seed(0)
    model = models.create("char_lm", cell=cell).eval()
    x = torch.randint(96, (1, 9))
    other = x.clone()
    other[0, 5] = (x[0, 5] + 1) % 96
    changed = (model(x) != model(other)).any(1)[0]
    assert changed.tolist() == [False] * 5 + [True] * 4


def test_a_tag_depends_on_both_sides():
    torch.manual_seed(0)
    model = models.create("bidirectional_tagger").eval()
    x = torch.randint(96, (1, 9))
    other = x.clone()
    other[0, 5] = (x[0, 5] + 1) % 96
    assert (model(x) != model(other)).any(1).all()


@pytest.mark.parametrize("cell", GATES)
def test_a_text_read_in_pieces_is_the_text_read_at_once(cell):
    torch.manual_seed(0)
    model = models.create("char_lm", cell=cell, num_layers=2).eval()
    x = torch.randint(96, (3, 20))
    first, state = model.read(x[:, :7])
    second, _ = model.read(x[:, 7:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=2), model(x))


def test_it_learns_a_text_by_heart_and_goes_on_with_it():
    torch.manual_seed(0)
    text = torch.arange(5).repeat(8)
    model = models.create("char_lm", vocabulary=5, cell="gru", embedding_dim=8, hidden_size=16)
    adam = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(60):
        adam.zero_grad()
        nn.functional.cross_entropy(model(text[None, :-1]), text[None, 1:]).backward()
        adam.step()
    model.train()
    generated = model.generate(torch.tensor([0, 1]), 8, temperature=0.1)
    assert generated.tolist() == [2, 3, 4, 0, 1, 2, 3, 4]
    assert model.training


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="cell is one of rnn, gru, lstm, got 'GRU'"):
        models.create("char_lm", cell="GRU")
    model = models.create("char_lm")
    with pytest.raises(ValueError, match=r"start must be \(T,\) with T ≥ 1"):
        model.generate(torch.zeros(0, dtype=torch.long), 3)
    with pytest.raises(ValueError, match="temperature must be above 0, got 0"):
        model.generate(torch.tensor([1]), 3, temperature=0)


def test_no_character_asked_for_is_none_given():
    assert models.create("char_lm").generate(torch.tensor([1]), 0).tolist() == []

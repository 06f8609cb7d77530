"""The table of models has every model, with the figures of the registry."""

import pytest

from dlcourse import models


def test_every_model_has_a_row():
    rows = {row[0]: row for row in models.table().rows}
    assert list(rows) == models.list()
    for name, (_, family, size, parameters, multiply_adds, source) in rows.items():
        entry = models.find(name)
        assert (family, size, source) == (entry.family, str(entry.input_size), entry.source)
        assert int(parameters.replace(",", "")) == entry.parameters
        assert int(multiply_adds.replace(",", "")) == entry.multiply_adds


def test_a_family_has_its_own():
    assert [row[0] for row in models.table("resnet").rows] == models.list("resnet")
    with pytest.raises(ValueError, match="no family is called 'resnets'"):
        models.table("resnets")

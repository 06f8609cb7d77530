"""All models in one table: what each is, where it comes from, what it costs."""

from dlcourse.models.registry import find, names
from dlcourse.table import Table


def table(family=None):
    """All models, or those of one family, by name: source, input, parameters, multiply-adds.

    Figures are those of the defaults, for one example of the usual size. `summary` takes a model
    apart; this puts them side by side. Raises ValueError for an unknown family.

    >>> table("lenet")
    name    family  input        parameters  multiply-adds  source
    ------  ------  -----------  ----------  -------------  ---------------------------------------
    lenet5  lenet   (1, 28, 28)      61,706        416,520  LeCun, Bottou, Bengio and Haffner, 1998
    """
    rows = [
        (
            entry.name,
            entry.family,
            str(entry.input_size),
            f"{entry.parameters:,}",
            f"{entry.multiply_adds:,}",
            entry.source,
        )
        for entry in map(find, names(family))
    ]
    head = ("name", "family", "input", "parameters", "multiply-adds", "source")
    return Table(head, rows, right=frozenset({3, 4}))

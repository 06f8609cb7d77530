import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch

from dlcourse import viz
from dlcourse.viz.layering import layered

PRODUCT = {"q": ("+", "x", "y"), "f": ("*", "q", "z")}


@st.composite
def acyclic(draw):
    """A random graph whose node i is made from nodes before it."""
    size = draw(st.integers(2, 9))
    graph = {}
    for i in range(1, size):
        sources = draw(st.lists(st.integers(0, i - 1), min_size=0, max_size=3, unique=True))
        if sources:
            graph[f"n{i}"] = [f"n{source}" for source in sources]
    return graph or {"n1": ["n0"]}


def longest(graph, name):
    return 1 + max(longest(graph, source) for source in graph[name]) if name in graph else 0


@settings(deadline=None)
@given(acyclic())
def test_columns_are_longest_paths_and_edges_run_to_the_right(graph):
    places, routes = layered(graph)
    for name in graph:
        assert places[name][0] == longest(graph, name)
    for user, sources in graph.items():
        for source in sources:
            stations = [places[source], *routes[source, user], places[user]]
            columns = [column for column, _ in stations]
            assert columns == list(range(columns[0], columns[-1] + 1))


@settings(deadline=None)
@given(acyclic())
def test_nothing_in_a_column_overlaps(graph):
    places, routes = layered(graph)
    stations = [*places.values(), *itertools.chain.from_iterable(routes.values())]
    for column in {column for column, _ in stations}:
        rows = sorted(row for other, row in stations if other == column)
        assert all(b - a > 1 - 1e-9 for a, b in itertools.pairwise(rows))
    assert min(row for _, row in stations) == pytest.approx(0)


def test_a_source_stands_directly_before_its_first_user():
    places, _ = layered({"q": ["x", "y"], "f": ["q", "z"]})
    assert [places[name][0] for name in "xyzqf"] == [0, 0, 1, 1, 2]


def test_edges_that_need_not_cross_do_not():
    places, _ = layered({"a": ["w", "x"], "b": ["y", "z"], "c": ["b", "a"]})
    order = [places[name][1] for name in ("w", "x", "y", "z")]
    assert (max(order[:2]) < min(order[2:])) or (max(order[2:]) < min(order[:2]))


def test_the_layout_is_the_same_each_time():
    graph = {"c": ["a", "b"], "d": ["b", "a"], "e": ["c", "d", "a"]}
    assert layered(graph) == layered(graph)


@pytest.mark.parametrize(
    ("graph", "message"),
    [({"a": ["b"], "b": ["a"]}, r"the graph has a cycle through 'a'"), ({}, r"graph is empty")],
)
def test_what_is_no_graph_is_refused(graph, message):
    with pytest.raises(ValueError, match=message):
        layered(graph)


def labels(figure):
    return {text.get_text(): text.get_position() for text in figure.axes[0].texts}


def test_values_stand_above_and_gradients_below_their_edge():
    figure = viz.computation_graph(
        PRODUCT,
        values={"x": -2, "y": 5, "z": -4, "q": 3, "f": -12},
        grads={"f": 1, "q": -4, "z": 3, "x": -4.5, "y": "?"},
    )
    found = labels(figure)
    for value, grad in (
        ("−2", "← −4.5"),
        ("5", "← ?"),
        ("−4", "← 3"),
        ("$q$ = 3", "← −4"),
        ("$f$ = −12", "← 1"),
    ):
        assert found[value][0] == pytest.approx(found[grad][0])
        assert found[value][1] > found[grad][1]


def test_operations_are_round_and_variables_square():
    figure = viz.computation_graph(PRODUCT)
    patches = figure.axes[0].patches
    assert sum(isinstance(patch, Circle) for patch in patches) == 2
    assert sum(isinstance(patch, FancyBboxPatch) for patch in patches) == 3
    assert sum(isinstance(patch, PathPatch) for patch in patches) == 4
    assert {"+", "×", "$x$", "$y$", "$z$"} <= set(labels(figure))


def test_a_highlighted_path_is_thick_and_the_rest_is_not():
    figure = viz.computation_graph(PRODUCT, highlight=["x", "q", "f"])
    widths = [p.get_linewidth() for p in figure.axes[0].patches if isinstance(p, PathPatch)]
    assert sorted(width > 2 for width in widths) == [False, False, True, True]


def test_a_fork_has_a_dot_and_a_gradient_for_each_way():
    figure = viz.computation_graph(
        {"a": ("+", "x", "b"), "c": ("*", "a", "x")},
        grads={"x": 5, ("x", "a"): 2, ("x", "c"): 3},
    )
    dots = [line for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert len({tuple(np.ravel(dot.get_data())) for dot in dots}) == 1
    assert {"← 5", "← 2", "← 3"} <= set(labels(figure))
    unforked = viz.computation_graph(PRODUCT).axes[0]
    assert [line for line in unforked.get_lines() if line.get_marker() == "o"] == []


def test_long_names_make_room():
    narrow = viz.computation_graph({"h": ("f", "x")}, values={"h": 1})
    wide = viz.computation_graph({"h": ("log_softmax", "x")}, values={"h": "0.123456789"})
    assert wide.get_figwidth() > narrow.get_figwidth() + 1


def test_no_two_texts_overlap():
    figure = viz.computation_graph(
        {
            "a": ("*", "w1", "x1"),
            "b": ("*", "w2", "x2"),
            "s": ("+", "a", "b", "bias"),
            "h": ("sigmoid", "s"),
            "L": ("(h−t)²", "h", "t"),
            "r": ("square", "w1"),
            "J": ("+", "L", "r"),
        },
        values=dict.fromkeys(("w1", "w2", "x1", "x2", "a", "b", "s", "h", "L", "J"), -1.234),
        grads={"w1": -0.1234, ("w1", "a"): -0.1234, ("w1", "r"): -0.1234, "a": 0.1, "s": -0.1},
        title="t",
    )
    viz.show(figure, alt="drawn, so that texts have places")
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    for (a, one), (b, other) in itertools.combinations(zip(texts, boxes, strict=True), 2):
        assert not one.shrunk(0.98, 0.9).overlaps(other.shrunk(0.98, 0.9)), (a, b)


@pytest.mark.parametrize(
    "options", [{"values": {"u": 1}}, {"grads": {("x", "f"): 1}}, {"highlight": ["u"]}]
)
def test_names_that_are_not_in_the_graph_are_refused(options):
    with pytest.raises(ValueError, match=r"is not in the graph: it has x, y, q, z, f"):
        viz.computation_graph(PRODUCT, **options)

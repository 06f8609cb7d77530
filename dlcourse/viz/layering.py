"""Where the nodes of a directed acyclic graph go: columns by longest path, rows by neighbours."""

import itertools
import random


def layered(inputs):
    """Place a graph from left to right.

    inputs: {name: [name, …]}, what each node is made from; names that are no key are sources.
    Returns places {name: (column, row)} and routes {(source, user): [(column, row), …]}, the free
    places that an edge passes between the two. Rows may be halves. A node stands right of all it
    is made from; a source stands directly left of its first user.

    Raises ValueError for a cycle.

    >>> layered({"q": ["x", "y"], "f": ["q", "z"]})[0]["f"][0]
    2
    """
    column = _columns(inputs)
    layers = [[] for _ in range(max(column.values()) + 1)]
    before, after, chains = {}, {}, {}
    for name in column:
        layers[column[name]].append(name)
        before[name], after[name] = [], []
    for user, sources in inputs.items():
        for source in dict.fromkeys(sources):
            chain = [source]
            for passed in range(column[source] + 1, column[user]):
                point = (source, user, passed)
                layers[passed].append(point)
                before[point], after[point] = [], []
                chain.append(point)
            chain.append(user)
            for left, right in itertools.pairwise(chain):
                after[left].append(right)
                before[right].append(left)
            chains[source, user] = chain[1:-1]
    row = _rows(layers, before, after)
    places = {name: (column[name], row[name]) for name in column}
    routes = {edge: [(point[2], row[point]) for point in chain] for edge, chain in chains.items()}
    return places, routes


def _columns(inputs):
    column = {}
    open_names = set()

    def visit(name):
        if name in column:
            return
        if name in open_names:
            raise ValueError(f"the graph has a cycle through {name!r}")
        open_names.add(name)
        for source in inputs.get(name, ()):
            visit(source)
        column[name] = 1 + max((column[source] for source in inputs.get(name, ())), default=-1)

    for name in inputs:
        visit(name)
    if not column:
        raise ValueError("the graph is empty: give it at least one operation")
    for name in column:
        if name not in inputs:
            column[name] = (
                min(column[user] for user, sources in inputs.items() if name in sources) - 1
            )
    return column


def _rows(layers, before, after):
    """The tidiest of several attempts: few crossings first, then short edges."""
    rng = random.Random(0)
    best, best_cost = None, None
    for _ in range(16):
        row = _swept([list(layer) for layer in layers], before, after)
        cost = _untidiness(layers, after, row)
        if best is None or cost < best_cost:
            best, best_cost = row, cost
        for layer in layers:
            rng.shuffle(layer)
    top = min(best.values())
    return {name: value - top for name, value in best.items()}


def _swept(layers, before, after):
    """Sweep to and fro: each node to the mean of its neighbours, at least one row apart."""
    row = {name: float(i) for layer in layers for i, name in enumerate(layer)}
    for sweep in range(12):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            wish = {}
            for name in layer:
                near = (before if forward else after)[name] or (after if forward else before)[name]
                rows = [row[other] for other in near] or [row[name]]
                wish[name] = sum(rows) / len(rows)
            layer.sort(key=lambda name: wish[name])
            _spread(layer, wish, row)
    return row


def _untidiness(layers, after, row):
    crossings, length = 0, 0.0
    for layer in layers:
        edges = [(row[left], row[right]) for left in layer for right in after[left]]
        length += sum(abs(right - left) for left, right in edges)
        crossings += sum(
            (a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in itertools.combinations(edges, 2)
        )
    return crossings, round(length, 6)


def _spread(layer, wish, row):
    """Rows as near to the wishes as the order and a distance of one allow."""
    groups = []
    for i, name in enumerate(layer):
        groups.append([wish[name] - i, 1, [name]])
        while len(groups) > 1 and groups[-2][0] >= groups[-1][0]:
            mean, count, names = groups.pop()
            last = groups[-1]
            last[0] = (last[0] * last[1] + mean * count) / (last[1] + count)
            last[1] += count
            last[2] += names
    position = 0
    for mean, _, names in groups:
        for name in names:
            row[name] = mean + position
            position += 1

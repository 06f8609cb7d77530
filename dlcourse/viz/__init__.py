"""Figures and interactive pictures in one style.

Every plotting function draws into `ax` if it is given one, into a new figure if not, and returns
the `matplotlib.figure.Figure`. `show` turns a figure into vector graphics with a description, which
read on a light and on a dark page; `flipbook` binds several into one with a slider. Both belong on
the last line of a cell.

```python
figure = viz.decision_boundary(net, x, y, title="Two layers separate XOR")
viz.show(figure, alt="Four points; the boundary runs between the diagonals.")
```

The style applies itself to whatever these functions draw. Figures drawn with matplotlib alone take
it from `use_style()`.
"""

try:
    import matplotlib  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "matplotlib":
        raise
    raise ModuleNotFoundError(
        "dlcourse.viz needs matplotlib: pip install 'dlcourse[course]'", name="matplotlib"
    ) from None

from dlcourse.viz.boundaries import decision_boundary
from dlcourse.viz.convolution_explorer import convolution_explorer
from dlcourse.viz.curves import training_curves
from dlcourse.viz.flipbook import flipbook
from dlcourse.viz.graphs import computation_graph
from dlcourse.viz.optimizer_race import optimizer_race
from dlcourse.viz.retina import retina
from dlcourse.viz.show import show
from dlcourse.viz.style import COLORS, LINE_STYLES, MARKERS, use_style

__all__ = [
    "COLORS",
    "LINE_STYLES",
    "MARKERS",
    "computation_graph",
    "convolution_explorer",
    "decision_boundary",
    "flipbook",
    "optimizer_race",
    "retina",
    "show",
    "training_curves",
    "use_style",
]

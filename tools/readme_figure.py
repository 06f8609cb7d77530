"""Draw the README's picture: `make readme-figure`.

Everything in it is computed with `dlcourse`: a perceptron's lines, one a mistake, and what a small
network makes of two spirals while it learns. Written twice, for light and for dark pages.
"""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import dlcourse
from dlcourse import data, nn, optim
from dlcourse.viz import COLORS

FOLDER = Path(__file__).resolve().parent.parent / "book" / "_static"
EPOCHS = (10, 60, 200)
SCALE = 4  # the spirals lie in the unit disk, where tanh is nearly a straight line
SIDES = (COLORS["blue"], COLORS["vermillion"])
# page -> colours of the page, of text, of lines over the regions and of the points
THEMES = {
    "light": {"page": "#ffffff", "text": "#3b3f45", "line": "#22262b", "points": SIDES},
    "dark": {
        "page": "#0d1117",
        "text": "#c9d1d9",
        "line": "#f0f3f6",
        "points": (COLORS["sky blue"], COLORS["orange"]),
    },
}


def train_perceptron():
    """Points on two sides and the perceptron's line after each of its mistakes."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, (160, 2))
    distance = x @ np.array([0.6, 0.8]) - 0.1
    x, distance = x[np.abs(distance) > 0.06], distance[np.abs(distance) > 0.06]
    y = np.where(distance > 0, 1, -1)
    trace = nn.Perceptron(2).fit(x, y, max_epochs=100)
    return x, (y + 1) // 2, np.array(trace.weights), np.array(trace.biases)


def train_on_spirals():
    """Two spirals, and the network's probability over the square after each of EPOCHS."""
    spirals = data.load("spirals", n=300, rng=0)
    dlcourse.manual_seed(1)
    net = nn.Sequential(nn.Linear(2, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 2))
    optimizer = optim.SGD(net.parameters(), lr=0.03, momentum=0.9)
    grid = np.stack(np.meshgrid(*[np.linspace(-1.15, 1.15, 500)] * 2), axis=-1)
    x, pictures, done = SCALE * spirals.x, [], 0
    for epochs in EPOCHS:
        nn.fit(net, nn.CrossEntropyLoss(), optimizer, x, spirals.y, epochs=epochs - done, rng=1)
        done = epochs
        with dlcourse.no_grad():
            scores = net(SCALE * grid.reshape(-1, 2).astype(np.float32))
            right = (net(x).argmax(axis=1) == spirals.y).mean()
        probability = 1 / (1 + np.exp(scores[:, 0] - scores[:, 1]))
        pictures.append((probability.reshape(500, 500), right))
    return spirals.x, spirals.y, pictures


def shade(probability, page):
    """Mix the sides' colours into the page's, the stronger the surer."""
    sure = np.abs(2 * probability - 1)[..., None] ** 0.8 * 0.55
    side = np.where(probability[..., None] > 0.5, to_rgb(SIDES[1]), to_rgb(SIDES[0]))
    return sure * side + (1 - sure) * np.array(to_rgb(page))


def scatter(ax, x, y, theme):
    for label, marker in ((0, "o"), (1, "D")):
        size = 17 if marker == "o" else 14
        ax.scatter(
            *x[y == label].T,
            s=size,
            marker=marker,
            color=theme["points"][label],
            ec=theme["page"],
            lw=0.5,
        )


def draw(theme, perceptron, network):
    """One row: the perceptron, then the network at three times."""
    figure = Figure(figsize=(13, 3.7), facecolor=theme["page"], layout="constrained")
    axes = figure.subplots(1, 4)
    x, y, weights, biases = perceptron
    grid = np.stack(np.meshgrid(*[np.linspace(-1.15, 1.15, 500)] * 2), axis=-1)
    final = grid @ weights[-1] + biases[-1]
    axes[0].imshow(
        shade(1 / (1 + np.exp(-4 * final / np.linalg.norm(weights[-1]))), theme["page"]),
        extent=(-1.15, 1.15, -1.15, 1.15),
        origin="lower",
    )
    for step, (weight, bias) in enumerate(zip(weights, biases, strict=True), start=1):
        if np.any(weight):
            age = step / len(weights)
            axes[0].contour(
                *np.moveaxis(grid, -1, 0),
                grid @ weight + bias,
                levels=[0],
                colors=theme["line"],
                linewidths=0.7 + 1.4 * (age == 1),
                alpha=1.0 if age == 1 else 0.08 + 0.35 * age,
            )
    scatter(axes[0], x, y, theme)
    axes[0].set_title(f"Perceptron: {len(weights)} mistakes, then none", color=theme["text"])

    x, y, pictures = network
    for ax, epochs, (probability, right) in zip(axes[1:], EPOCHS, pictures, strict=True):
        ax.imshow(
            shade(probability, theme["page"]), extent=(-1.15, 1.15, -1.15, 1.15), origin="lower"
        )
        ax.contour(
            *np.moveaxis(grid, -1, 0), probability, levels=[0.5], colors=theme["line"], linewidths=2
        )
        scatter(ax, x, y, theme)
        ax.set_title(f"Network, {epochs} epochs: {right:.0%} right", color=theme["text"])
    for ax in axes:
        ax.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), xticks=[], yticks=[], aspect="equal")
        ax.spines[:].set_visible(False)
    return figure


def main():
    matplotlib.rcParams.update({"font.size": 10.5, "axes.titlepad": 10})
    perceptron, network = train_perceptron(), train_on_spirals()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, theme in THEMES.items():
        path = FOLDER / f"readme-{name}.png"
        draw(theme, perceptron, network).savefig(path, dpi=120)
        print(f"{path.relative_to(FOLDER.parent.parent)}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()

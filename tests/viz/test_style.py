import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from dlcourse import viz
from dlcourse.viz.style import CYCLE, GREY, STYLE
from dlcourse.viz.svg import INK

# White; Material's dark surface; the backgrounds of the website's theme in dark mode (page, panel);
# JupyterLab's dark theme.
LIGHT = ("#ffffff",)
DARK = ("#121212", "#14181e", "#111111")

# Text on page in the two modes of the website's theme: what currentColor becomes there.
THEMES = (("#222832", "#ffffff"), ("#ced6dd", "#14181e"))

# Okabe and Ito, Color Universal Design, figure 16: red, green and blue of each colour.
OKABE_ITO = {
    "black": (0, 0, 0),
    "orange": (230, 159, 0),
    "sky blue": (86, 180, 233),
    "green": (0, 158, 115),
    "yellow": (240, 228, 66),
    "blue": (0, 114, 178),
    "vermillion": (213, 94, 0),
    "purple": (204, 121, 167),
}


def luminance(color):
    """Relative luminance as in WCAG 2.2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_agrees_with_published_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_colours_are_those_of_okabe_and_ito():
    for name, rgb in OKABE_ITO.items():
        assert tuple(bytes.fromhex(viz.COLORS[name][1:])) == rgb, name
    assert set(viz.COLORS) == {*OKABE_ITO, "grey"}


def test_an_unknown_colour_names_the_known_ones():
    with pytest.raises(KeyError, match="no colour 'red': choose one of blue, vermillion"):
        viz.COLORS["red"]


@pytest.mark.parametrize("background", LIGHT + DARK)
def test_the_grey_reads_on_both_backgrounds(background):
    # WCAG asks for 3:1 of graphics and large text; no grey has 4.5:1 on white and on #121212.
    assert contrast(GREY, background) >= 4.0


def test_no_grey_reaches_the_contrast_of_small_text_on_both():
    # This is why the page's own colour takes the grey's place.
    greys = [f"#{level:02x}{level:02x}{level:02x}" for level in range(256)]
    assert max(min(contrast(g, "#ffffff"), contrast(g, "#121212")) for g in greys) < 4.5


@pytest.mark.parametrize(("text", "background"), THEMES)
def test_text_in_the_colour_of_the_page_reads(text, background):
    assert contrast(text, background) >= 4.5


@pytest.mark.parametrize("color", CYCLE)
@pytest.mark.parametrize(("text", "background"), THEMES)
def test_coloured_text_reads_once_it_is_mixed_with_the_colour_of_the_page(color, text, background):
    parts = zip(bytes.fromhex(color[1:]), bytes.fromhex(text[1:]), strict=True)
    mixed = [round((1 - INK) * part + INK * ink) for part, ink in parts]
    assert contrast("#" + bytes(mixed).hex(), background) >= 4.5


@pytest.mark.parametrize("color", CYCLE[:4])
@pytest.mark.parametrize("background", LIGHT + DARK)
def test_the_first_four_colours_stand_out_as_lines(color, background):
    assert contrast(color, background) >= 3.0


def test_every_colour_has_its_own_line_style_and_marker():
    assert len(set(CYCLE)) == len(set(viz.LINE_STYLES)) == len(set(viz.MARKERS)) == len(CYCLE)


@pytest.mark.parametrize("key", [key for key in STYLE if "color" in key and "prop" not in key])
def test_text_and_axes_are_grey_or_transparent(key):
    assert STYLE[key] in (GREY, "none", "face")


def test_use_style_reaches_plain_matplotlib():
    with matplotlib.rc_context():
        viz.use_style()
        from matplotlib.figure import Figure

        ax = Figure().add_subplot(title="title", xlabel="x")
        assert not ax.spines["top"].get_visible()
        assert not ax.spines["right"].get_visible()
        lines = [ax.plot([0, 1])[0] for _ in range(3)]
        assert [line.get_color() for line in lines] == list(CYCLE[:3])
        assert len({line.get_linestyle() + str(line._dash_pattern) for line in lines}) == 3
        assert {text.get_color() for text in ax.findobj(Text)} == {GREY}


def figures():
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    history = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.2, 0.9]}
    return {
        "decision_boundary": viz.decision_boundary(
            lambda p: p[:, 0] - 0.5,
            x,
            y,
            weight=(1, 0),
            bias=-0.5,
            class_names=["a", "b"],
            title="t",
            resolution=20,
        ),
        "training_curves": viz.training_curves({"a": history, "b": history}, title="t"),
        "computation_graph": viz.computation_graph(
            {"q": ("+", "x", "y"), "f": ("*", "q", "x")},
            values={"x": 1, "q": 3},
            grads={"x": 4, ("x", "q"): 1, ("x", "f"): 3},
            highlight=["x", "q"],
            title="t",
        ),
        "retina": viz.retina(np.eye(4)[None], ["a"], diverging=True, title="t"),
    }


@pytest.mark.parametrize("name", figures())
def test_every_text_of_every_figure_takes_the_colour_of_the_page(name):
    figure = figures()[name]
    viz.show(figure, alt="drawn, so that ticks and legend exist")
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert texts
    colors = {to_hex(text.get_color()) for text in texts}
    assert colors <= {GREY, *(color.lower() for color in CYCLE)}
    assert GREY in colors
    assert figure.patch.get_facecolor()[3] == 0
    assert all(ax.patch.get_facecolor()[3] == 0 for ax in figure.axes)


def test_a_function_leaves_the_session_as_it_was():
    before = dict(matplotlib.rcParams)
    figures()
    assert dict(matplotlib.rcParams) == before

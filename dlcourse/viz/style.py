"""The course's one look: colours that everybody can tell apart, and a grey that fits any page."""

import functools

import matplotlib
from cycler import cycler
from matplotlib.figure import Figure

# Text and axes are drawn in this grey and nothing else is: `show` finds it in the vector graphics
# and puts the page's own text colour in its place. Where that cannot happen (a saved PNG), the grey
# itself stays above 4:1 on white and on the dark themes. No single grey reaches 4.5:1 on both.
GREY = "#787b7a"


class Palette(dict):
    """Colours by name; an unknown name is an error that lists the known ones."""

    def __missing__(self, name):
        raise KeyError(f"no colour {name!r}: choose one of {', '.join(self)}")


#: Okabe and Ito (2008), "Color Universal Design", and the grey of text and axes.
COLORS = Palette(
    {
        "blue": "#0072B2",
        "vermillion": "#D55E00",
        "green": "#009E73",
        "purple": "#CC79A7",
        "orange": "#E69F00",
        "sky blue": "#56B4E9",
        "yellow": "#F0E442",
        "black": "#000000",
        "grey": GREY,
    }
)

# The first four keep 3:1 against white and against the dark themes. Orange and sky blue are pale on
# white and come last; yellow and black each vanish on one of the backgrounds and stay out.
CYCLE = tuple(
    COLORS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "sky blue")
)

#: Line styles in the order of the colours, so that a line is known without its colour.
LINE_STYLES = ("-", (0, (6, 2)), (0, (6, 2, 1.5, 2)), (0, (1.5, 1.5)), (0, (10, 3)), (0, (3, 1)))

#: Markers in the order of the colours, so that a class is known without its colour.
MARKERS = ("o", "s", "^", "D", "v", "P")

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.facecolor": "none",
    "axes.grid": False,
    "axes.labelcolor": GREY,
    "axes.labelpad": 5.0,
    "axes.labelsize": 11,
    "axes.linewidth": 0.8,
    # Markers stay out of the cycle: on a curve of a thousand points they would hide it.
    "axes.prop_cycle": cycler(color=CYCLE) + cycler(linestyle=LINE_STYLES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": GREY,
    "axes.titlelocation": "left",
    "axes.titlepad": 9.0,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.unicode_minus": True,
    "figure.constrained_layout.use": True,
    "figure.dpi": 96,
    "figure.edgecolor": "none",
    "figure.facecolor": "none",
    "figure.figsize": (6.4, 4.0),
    "figure.titlesize": 12,
    "figure.titleweight": "bold",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "grid.alpha": 0.3,
    "grid.color": GREY,
    "grid.linewidth": 0.6,
    "hatch.color": GREY,
    "hatch.linewidth": 0.6,
    # Bitmaps keep their own pixels; the browser scales them.
    "image.cmap": "gray",
    "image.composite_image": False,
    "image.interpolation": "none",
    "legend.frameon": False,
    "legend.fontsize": 10.5,
    "legend.labelcolor": GREY,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "mathtext.fontset": "dejavusans",
    "patch.edgecolor": GREY,
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
    "savefig.edgecolor": "none",
    "savefig.facecolor": "none",
    "scatter.edgecolors": "face",
    "text.color": GREY,
    "xtick.color": GREY,
    "xtick.labelcolor": GREY,
    "xtick.labelsize": 10,
    "xtick.major.width": 0.8,
    "xtick.minor.width": 0.6,
    "ytick.color": GREY,
    "ytick.labelcolor": GREY,
    "ytick.labelsize": 10,
    "ytick.major.width": 0.8,
    "ytick.minor.width": 0.6,
}


def use_style():
    """Make the course's style matplotlib's default for the rest of this session.

    Okabe-Ito colours with a line style to each, a transparent background, text and axes in one
    grey that `show` turns into the page's own text colour.

    >>> import matplotlib
    >>> with matplotlib.rc_context():
    ...     use_style()
    ...     matplotlib.rcParams["axes.spines.top"]
    False
    """
    matplotlib.rcParams.update(STYLE)


def styled(function):
    """Decorate a plotting function so that what it draws is in the style, wherever it is called."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with matplotlib.rc_context(STYLE):
            return function(*args, **kwargs)

    return wrapper


def axes_for(ax, figsize=None):
    """The axes to draw in: `ax`, or those of a new figure that pyplot does not know of.

    A figure outside pyplot is neither shown a second time at the end of the cell nor kept alive.
    """
    if ax is None:
        return Figure(figsize=figsize, layout="constrained").add_subplot()
    if not hasattr(ax, "get_figure"):
        raise TypeError(f"ax must be matplotlib axes or None, got {type(ax).__name__}")
    return ax

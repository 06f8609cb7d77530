"""A figure as the reader meets it: vector graphics with a description, in the page's colours."""

import html
import sys

from matplotlib.figure import Figure

from dlcourse.viz.displayed import Displayed
from dlcourse.viz.svg import content_id, drawing, markup, page_size

# The first rule takes back the light panel that the website's theme puts behind outputs in dark
# mode. The second hides the description, which is in the image's name: where a notebook is not
# trusted, images and styles are removed and the description is what is left to read.
STYLE_SHEET = (
    "<style>.text_html:has(>.dlcourse-figure){background:none!important;color:inherit!important;"
    "padding:0!important}.dlcourse-figure>.dlcourse-alt{display:none}</style>"
)


class Shown(Displayed):
    """A figure with its description, which a notebook displays; made by `show`.

    alt: the description. svg: the graphics, a string. html: what goes into the page.
    """

    def __init__(self, figure, alt):
        self.alt = alt
        self.drawing = drawing(figure)
        self.svg = self._svg()
        escaped = html.escape(alt)
        self.html = (
            f'<div class="dlcourse-figure">{STYLE_SHEET}'
            f'<p class="dlcourse-alt">Figure: {escaped}</p>{self.svg}</div>'
        )

    def _svg(self):
        picture = self.drawing
        prefix = content_id(self.alt, *picture.definitions, *picture.body)
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'aria-label="{html.escape(self.alt)}" {page_size([picture.box])}>'
            f"{markup(picture.definitions, picture.body, prefix)}</svg>"
        )


def show(figure, alt):
    """Return the figure for display, as SVG that reads on a light and on a dark page.

    figure: a `matplotlib.figure.Figure` (or axes of one). alt: one or two sentences that say what
    is seen; screen readers read them, and so does everybody where images cannot be shown.

    Text and axes take the page's text colour; text in a colour of the cycle is mixed with it, so
    that it reads on both. What stands out of the figure is not cut off. Bitmaps (`imshow`) stay
    bitmaps. pyplot forgets the figure, so that a notebook does not show it twice. The same figure
    gives the same bytes.

    Put it on the last line of a cell, or inside `display(...)`.

    Raises ValueError if alt is empty and TypeError if figure is no figure.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> show(figure, alt="An empty figure.")
    Figure: An empty figure.
    """
    figure = as_figure(figure)
    alt = checked_alt(alt)
    shown = Shown(figure, alt)
    forget(figure)
    return shown


def as_figure(figure):
    """The figure itself, or the one that the axes or the subfigure belong to."""
    found = figure
    while not isinstance(found, Figure) and getattr(found, "figure", None) not in (None, found):
        found = found.figure
    if not isinstance(found, Figure):
        raise TypeError(f"expected a matplotlib Figure, got {type(figure).__name__}")
    return found


def checked_alt(alt):
    """The description with its white space in order, or an error that asks for one."""
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a string that says what is seen, got {type(alt).__name__}")
    if not alt.strip():
        raise ValueError("alt is empty: say in one or two sentences what the figure shows")
    return " ".join(alt.split())


def forget(figure):
    """Close the figure in pyplot, if pyplot is in use and knows it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)

"""Several figures behind one slider, alive wherever HTML is."""

import collections
import hashlib
import html
import importlib.resources
import itertools
import numbers
import re

from dlcourse.viz.displayed import Displayed
from dlcourse.viz.show import STYLE_SHEET, Shown, as_figure, checked_alt, forget
from dlcourse.viz.svg import content_id, drawing, markup, page_size


class Flipbook(Displayed):
    """Frames with a slider, which a notebook displays; made by `flipbook`.

    alt: the description. slider: the slider's name. labels: its text at each frame. html: what
    goes into the page.
    """

    def __init__(self, drawings, slider, labels, alts, start, interval):
        self.alt = alts[start]
        self.slider = slider
        self.labels = labels
        self._start = start
        self.html = _page(drawings, slider, labels, alts, start, interval)

    def __len__(self):
        return len(self.labels)

    def __repr__(self):
        where = f"{self.slider} {self.labels[self._start]}, one of {len(self)} frames"
        return f"Figure: {self.alt} ({where})"


def flipbook(frames, slider, values=None, *, alt, start=0, interval=0.4):
    """Return an interactive figure: one of `frames` at a time, chosen with a slider.

    It is self-contained HTML and not an ipywidget, because a widget needs a widget manager, which
    an exported page, a mail or a viewer may lack, while HTML with a native slider is alive in
    JupyterLab, VS Code, Colab and on the published page alike, with no kernel behind it.

    frames: matplotlib figures of one size, or objects made by `show`. slider: what the slider
    changes ("epoch"). values: its value at each frame, numbers or strings; 0, 1, 2, … if left out.
    alt: what is seen, one description for all or one for each frame. start: index of the frame
    that is shown first, and in print (negative counts from the end). interval: seconds for each
    frame while it plays.

    The slider takes arrow keys, Home and End; buttons step and play. Nothing moves by itself, and
    there is no play button for readers who asked their system for less motion. What the frames
    have in common is stored once. Keep the axes' limits fixed over the frames, so that only what
    changes moves.

    Raises ValueError for no frames, frames of several sizes, a wrong number of values or
    descriptions, an empty description, or a start that is not there.

    >>> from matplotlib.figure import Figure
    >>> flipbook([Figure(), Figure()], slider="epoch", values=[1, 10], alt="Nothing, twice.")
    Figure: Nothing, twice. (epoch 1, one of 2 frames)
    """
    frames = list(frames)
    count = len(frames)
    if count == 0:
        raise ValueError("flipbook got no frames: give it at least one figure")
    if not isinstance(slider, str) or not slider.strip():
        raise ValueError("slider is empty: name what it changes, such as 'epoch'")
    values = list(range(count)) if values is None else list(values)
    if len(values) != count:
        raise ValueError(f"flipbook got {count} frames but {len(values)} values: give one a frame")
    alts = [alt] * count if isinstance(alt, str) else list(alt)
    if len(alts) != count:
        raise ValueError(
            f"flipbook got {count} frames but {len(alts)} descriptions: give one, or one a frame"
        )
    alts = [checked_alt(text) for text in alts]
    if not -count <= start < count:
        raise ValueError(f"start must be the index of one of {count} frames, got {start}")
    if not interval > 0:
        raise ValueError(f"interval must be a positive number of seconds, got {interval}")
    drawings = [_drawing(frame) for frame in frames]
    sizes = sorted({(picture.width, picture.height) for picture in drawings})
    if len(sizes) > 1:
        inches = ", ".join(f"{width / 72:g}×{height / 72:g}" for width, height in sizes)
        raise ValueError(f"all frames must have one size, got {inches} inches: set one figsize")
    labels = [_label(value) for value in values]
    return Flipbook(drawings, slider.strip(), labels, alts, start % count, interval)


def _drawing(frame):
    if isinstance(frame, Shown):
        return frame.drawing
    figure = as_figure(frame)
    picture = drawing(figure)
    forget(figure)
    return picture


def _label(value):
    """A value as the reader sees it: at most four digits, a true minus sign."""
    if not isinstance(value, numbers.Real):
        return str(value)
    text = str(value) if isinstance(value, numbers.Integral) else f"{float(value):.4g}"
    return text.replace("-", "−")


def _page(drawings, slider, labels, alts, start, interval):
    definitions, bodies = _shared(drawings)
    book = content_id(slider, *labels, *alts, *definitions, *("".join(body) for body in bodies))
    frames = "".join(
        f'<g data-frame="{html.escape(labels[index])}"'
        + (f' data-alt="{html.escape(alts[index])}"' if len(set(alts)) > 1 else "")
        + ("" if index == start else ' style="display:none"')
        + f">{''.join(body)}</g>"
        for index, body in enumerate(bodies)
    )
    parts = {
        "BOOK": book,
        "STYLE": STYLE_SHEET + f"<style>{resource('flipbook.css')}</style>",
        "ALT": html.escape(alts[start]),
        "SIZE": page_size([picture.box for picture in drawings]),
        "FRAMES": markup(definitions, [frames], book),
        "SLIDER": html.escape(slider),
        "LABEL": html.escape(labels[start]),
        "WIDTH": str(max(len(label) for label in labels)),
        "START": str(start),
        "INTERVAL": str(round(1000 * interval)),
        "SCRIPT": resource("flipbook.js").replace("@BOOK@", book),
    }
    return re.sub("@([A-Z]+)@", lambda match: parts[match[1]], resource("flipbook.html"))


def resource(name):
    """A file of this package on one line, as it stands in the page."""
    text = importlib.resources.files("dlcourse.viz").joinpath(name).read_text(encoding="utf-8")
    return "".join(line.strip() for line in text.splitlines())


def _shared(drawings):
    """One set of definitions for all frames; what occurs in several frames joins it."""
    definitions = {}
    for picture in drawings:
        definitions.update(picture.definitions)
    bodies = _runs_joined([picture.body for picture in drawings])
    count = collections.Counter(text for body in bodies for text in set(body))
    for body in bodies:
        for i, text in enumerate(body):
            if count[text] > 1 and len(text) > 60:
                name = "x" + hashlib.sha256(text.encode()).hexdigest()[:12]
                definitions[name] = text
                body[i] = f'<use href="#{name}"/>'
    return definitions, bodies


def _runs_joined(bodies):
    """Neighbours that occur in every frame become one group: axes, say, or all labels."""
    count = collections.Counter(text for body in bodies for text in set(body))
    joined = []
    for body in bodies:
        runs = itertools.groupby(body, key=lambda text: count[text] == len(bodies))
        groups = []
        for in_all, run in runs:
            run = list(run)
            groups += [f"<g>{''.join(run)}</g>"] if in_all and len(run) > 1 else run
        joined.append(groups)
    return joined

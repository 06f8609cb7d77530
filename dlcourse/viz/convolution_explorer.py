"""Convolution arithmetic to play with: five numbers, the picture they make, the size they give."""

import html
import json
import re

from dlcourse.nn.signal import output_size
from dlcourse.viz.displayed import Displayed
from dlcourse.viz.flipbook import resource
from dlcourse.viz.show import STYLE_SHEET
from dlcourse.viz.svg import content_id

# What each slider runs from and to. Beyond these, cells get too small for a phone.
RANGES = {
    "size": (1, 10),
    "kernel_size": (1, 5),
    "stride": (1, 4),
    "padding": (0, 3),
    "dilation": (1, 3),
}
PANEL, GAP, TOP = 300, 40, 26


class Explorer(Displayed):
    """An interactive picture, which a notebook displays; made by `convolution_explorer`.

    alt: the description of the picture shown first. html: what goes into the page.
    """

    def __init__(self, setting):
        self.alt = sentence(*setting, 0)
        settings = {
            name: [value, *limits]
            for (name, limits), value in zip(RANGES.items(), setting, strict=True)
        }
        data = html.escape(json.dumps(settings, separators=(",", ":")))
        name = content_id("convolution_explorer", data)
        parts = {
            "NAME": name,
            "SETTINGS": data,
            "STYLE": f"{STYLE_SHEET}<style>{resource('flipbook.css')}"
            f"{resource('convolution_explorer.css')}</style>",
            "ALT": html.escape(self.alt),
            "PICTURE": picture(*setting, 0),
            "FORMULA": formula(*setting),
            "SCRIPT": resource("convolution_explorer.js").replace("@NAME@", name),
        }
        page = resource("convolution_explorer.html")
        self.html = re.sub("@([A-Z]+)@", lambda match: parts[match[1]], page)


def convolution_explorer(size=7, kernel_size=3, stride=1, padding=0, dilation=1):
    """Return a picture of a convolution's places with a slider for each number that decides them.

    The input with its frame of padding, what one output reads of it, and the grid of outputs; under
    it ⌊(n + 2p − d (k − 1) − 1) / s⌋ + 1 with the numbers put in. The sixth slider moves the kernel
    from output to output. Both axes have the same numbers. It is self-contained HTML, as `flipbook`
    makes it: alive on the published page with no kernel behind it; without scripts and in print
    the picture of the setting given here is left.

    size n: 1 to 10; kernel_size k: 1 to 5; stride s: 1 to 4; padding p: 0 to 3; dilation d: 1 to 3.
    Raises ValueError for a number out of its range.

    >>> convolution_explorer(size=7, kernel_size=3, stride=2, padding=1)
    Figure: Input 7 × 7 with padding 1, kernel 3 × 3, stride 2, dilation 1: output 4 × 4.
    Output (0, 0) reads 9 places, 5 of them padding.
    """
    setting = (size, kernel_size, stride, padding, dilation)
    for (name, (low, high)), value in zip(RANGES.items(), setting, strict=True):
        if not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"{name} must be an integer from {low} to {high}, got {value!r}")
    return Explorer(setting)


def outputs(size, kernel_size, stride, padding, dilation):
    """How many outputs an axis has: 0 where the kernel does not fit."""
    if dilation * (kernel_size - 1) + 1 > size + 2 * padding:
        return 0
    return output_size(size, kernel_size, stride, padding, dilation)


def taps(size, kernel_size, stride, padding, dilation, place):
    """The padded places, (row, column), that output number `place` in reading order reads."""
    count = outputs(size, kernel_size, stride, padding, dilation)
    row, column = (stride * index for index in divmod(place, count))
    steps = range(0, dilation * kernel_size, dilation)
    return [(row + down, column + right) for down in steps for right in steps]


def sentence(size, kernel_size, stride, padding, dilation, place):
    """What the picture shows, in words."""
    setting = (size, kernel_size, stride, padding, dilation)
    start = f"Input {size} × {size} with padding {padding}, kernel {kernel_size} × {kernel_size}, "
    start += f"stride {stride}, dilation {dilation}: "
    count = outputs(*setting)
    if count == 0:
        span = dilation * (kernel_size - 1) + 1
        padded = size + 2 * padding
        return f"{start}the kernel spans {span}, the padded input {padded}, and it fits nowhere."
    read = taps(*setting, place)
    outside = sum(not all(padding <= at < padding + size for at in tap) for tap in read)
    row, column = divmod(place, count)
    return (
        f"{start}output {count} × {count}. "
        f"Output ({row}, {column}) reads {len(read)} places, {outside} of them padding."
    )


def formula(size, kernel_size, stride, padding, dilation):
    """The output size with the numbers put in."""
    count = outputs(size, kernel_size, stride, padding, dilation)
    sum_ = f"⌊({size} + 2·{padding} − {dilation}·({kernel_size} − 1) − 1) / {stride}⌋ + 1"
    return f"{sum_} = {count}" if count else "the kernel is larger than the padded input"


def picture(size, kernel_size, stride, padding, dilation, place):
    """The SVG inside the frame. The script draws the same; a test holds the two together."""
    setting = (size, kernel_size, stride, padding, dilation)
    count, padded = outputs(*setting), size + 2 * padding
    cell = PANEL // max(padded, 7)
    starts, steps = range(0, count * stride, stride), range(0, dilation * kernel_size, dilation)
    seen = {start + step for start in starts for step in steps}
    drawn = [_text(0, f"input {size} × {size}" + (f", padding {padding}" if padding else ""))]
    for row in range(padded):
        for column in range(padded):
            inside = all(padding <= at < padding + size for at in (row, column))
            idle = not {row, column} <= seen
            kind = ("in" if inside else "pad") + (" idle" if idle else "")
            drawn.append(_square(kind, 0, row, column, cell))
    if not count:
        return "".join(drawn)
    read = taps(*setting, place)
    drawn += [_square("tap", 0, row, column, cell) for row, column in read]
    span = cell * (dilation * (kernel_size - 1) + 1)
    top, left = TOP + cell * read[0][0], cell * read[0][1]
    drawn.append(f'<rect class="span" x="{left}" y="{top}" width="{span}" height="{span}"/>')
    drawn.append(_text(PANEL + GAP, f"output {count} × {count}"))
    for index in range(count * count):
        kind = "out now" if index == place else "out"
        drawn.append(_square(kind, PANEL + GAP, *divmod(index, count), cell))
    return "".join(drawn)


def _text(x, words):
    return f'<text x="{x}" y="17">{words}</text>'


def _square(kind, x, row, column, cell):
    place = f'x="{x + cell * column}" y="{TOP + cell * row}"'
    return f'<rect class="{kind}" {place} width="{cell}" height="{cell}"/>'

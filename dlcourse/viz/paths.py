"""SVG path data with as few characters as the eye allows."""

import re

import numpy as np

# Points. A hundredth is finer than any screen; a twelfth is far below the width of a line.
GRAIN = 0.01
TOLERANCE = 0.08

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_WHOLE = re.compile(r"M[MLQCz\d\s-]*[QC][MLQCz\d\s-]*")
_SPACE = re.compile(r"\s*([MLQCzZ])\s*")


def short_numbers(text):
    """Round the numbers in `text` to a hundredth.

    >>> short_numbers("translate(61.279297 -0.001)")
    'translate(61.28 0)'
    """
    return _NUMBER.sub(lambda match: _short(float(match[0])), text)


def short_path(data):
    """The same path in fewer characters; of polygons and polylines, also in fewer points.

    A point that is left out is at most `TOLERANCE` from the line that remains. Curves and what is
    small (markers, glyphs) keep every point.

    >>> short_path("M 0 0 L 10 0.000001 L 20 0 L 20 5.123456 z")
    'M0 0l20 0 0 5.12z'
    """
    data = " ".join(data.split())
    if _WHOLE.fullmatch(data):
        return _relative(data)
    if "C" in data or "Q" in data or "L" not in data:
        return _SPACE.sub(r"\1", short_numbers(data))
    return "".join(_short_line(part) for part in re.findall(r"M[^M]*", data))


def _relative(data):
    """A path of whole numbers, such as a glyph, in steps: exact, and a third shorter.

    >>> _relative("M 3481 434 Q 3481 -459 3084 -895 Q 2700 -900 2600 -901 z")
    'M3481 434q0-893-397-1329-384-5-484-6z'
    """
    out, here, start, last = [], (0, 0), (0, 0), ""
    for letter, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", data):
        if letter == "z":
            out.append("z")
            here, last = start, "z"
            continue
        flat = [int(number) for number in numbers.split()]
        points = list(zip(flat[::2], flat[1::2], strict=True))
        name = letter.lower() if out else "M"
        steps = [value - origin for at in points for value, origin in zip(at, here, strict=True)]
        text = " ".join(map(str, steps)).replace(" -", "-")
        # A second point of M would be a line: only curves and lines go on without their letter.
        if name == last != "m":
            out.append(text if text[0] == "-" else " " + text)
        else:
            out.append(name + text)
        here, last = points[-1], name
        start = here if letter == "M" else start
    return "".join(out)


def _short_line(part):
    closed = part.rstrip().endswith(("z", "Z"))
    numbers = np.array([float(n) for n in re.split(r"[MLzZ ]+", part) if n])
    points = numbers.reshape(-1, 2)
    points = points[_kept(points)]
    points = np.round(points / GRAIN).astype(np.int64)
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    start = " ".join(_short(value * GRAIN) for value in points[0])
    text = " ".join(f"{_short(dx * GRAIN)} {_short(dy * GRAIN)}" for dx, dy in steps.tolist())
    return f"M{start}" + (f"l{text}" if text else "") + ("z" if closed else "")


def _kept(points):
    """Which points stay: Ramer (1972), Douglas and Peucker (1973)."""
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        chord = points[last] - points[first]
        offset = points[first + 1 : last] - points[first]
        length = np.hypot(*chord)
        if length > 0:
            # The distance to the chord itself, not to its endless line: a curve may turn back.
            along = np.clip(offset @ chord / length**2, 0.0, 1.0)
            offset = offset - along[:, None] * chord
        distance = np.hypot(offset[:, 0], offset[:, 1])
        worst = int(distance.argmax())
        if distance[worst] > TOLERANCE:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return keep


def _short(value):
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

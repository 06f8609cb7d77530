"""A matplotlib figure as a small piece of SVG that can stand beside others on one page.

Text is drawn as outlines, not as characters: formulas keep their layout and nothing depends on the
fonts of the reader's machine. The figure's description, not its letters, is what is read aloud.
"""

import base64
import dataclasses
import hashlib
import io
import math
import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
from PIL import Image

from dlcourse.viz.paths import short_numbers, short_path
from dlcourse.viz.style import CYCLE, GREY, STYLE

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_TRANSLATE = re.compile(r"translate\([^)]*\)")
_SHIFT = re.compile(r"translate\((\S+) 0\)")
_INHERITED = re.compile(r"(fill|stroke)(-opacity|-width|-linejoin|-linecap|-dasharray)?:")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_CYCLE = {color.lower() for color in CYCLE}
_PRESENTATION = ("style", "fill", "stroke", "color", "stop-color")


# The page's share in the colour of text that is neither grey nor black.
INK = 0.45


@dataclasses.dataclass
class Drawing:
    """A figure's SVG in parts.

    width, height: the figure's size in points (1/72 inch). box: (left, top, right, bottom) of what
    was drawn, which is larger where a label stands out of the figure. definitions: what the body
    refers to, a string of SVG by its content's hash. body: the elements in drawing order, each a
    string in which references read `#{hash}`.
    """

    width: float
    height: float
    box: tuple
    definitions: dict
    body: list


def drawing(figure):
    """Render `figure` to a `Drawing`; the same figure always gives the same one."""
    buffer = io.StringIO()
    rc = {
        **STYLE,
        # Saving sets the layout engine back to the default: a figure that has none keeps none.
        "figure.constrained_layout.use": False,
        "svg.fonttype": "path",
        "svg.hashsalt": "dlcourse",
        "svg.image_inline": True,
    }
    with matplotlib.rc_context(rc):
        figure.savefig(
            buffer,
            format="svg",
            facecolor="none",
            edgecolor="none",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
        drawn = figure.get_tightbbox()
    root = ElementTree.fromstring(buffer.getvalue())
    _, _, width, height = (float(number) for number in root.get("viewBox").split())
    definitions = _take_definitions(root)
    names = {}
    parts = {}
    for old, element in definitions.items():
        text = _text(_clean(element, {}))
        names[old] = "x" + hashlib.sha256(text.encode()).hexdigest()[:12]
        parts[names[old]] = text
    body = [_text(part) for child in root for part in _flat(_clean(child, names))]
    used = set(re.findall(r"#(x[0-9a-f]{12})\b", "".join(body)))
    used = {key: part for key, part in parts.items() if key in used}
    return Drawing(width, height, _box(width, height, drawn), used, body)


def _box(width, height, drawn):
    """The figure, and what stands out of it by more than a point and less than half its size."""
    box = [0.0, 0.0, width, height]
    if drawn is not None and np.isfinite(drawn.extents).all():
        left, bottom, right, top = 72 * drawn.extents
        for i, side in enumerate((left, height - top, right, height - bottom)):
            out = (side - box[i]) * (-1 if i < 2 else 1)
            if 1 < out < 0.5 * (width, height)[i % 2]:
                box[i] += math.ceil(out + 1) * (-1 if i < 2 else 1)
    return tuple(box)


def markup(definitions, body, prefix):
    """Join definitions and body, every id renamed to `prefix` and a number.

    >>> markup({"x0123456789ab": "<path/>"}, ['<use href="#x0123456789ab"/>'], "f")
    '<defs><path id="f-0"/></defs><use href="#f-0"/>'
    """
    names = {old: f"{prefix}-{number}" for number, old in enumerate(definitions)}
    defs = "".join(
        re.sub(r"^<(\w+)", rf'<\1 id="{names[old]}"', text) for old, text in definitions.items()
    )
    defs = f"<defs>{defs}</defs>" if defs else ""
    return re.sub(
        r"#(x[0-9a-f]{12})\b",
        lambda match: "#" + names.get(match[1], match[1]),
        defs + "".join(body),
    )


def page_size(boxes):
    """The attributes that make an SVG hold all boxes, fit its column and keep its shape."""
    left, top = (min(box[i] for box in boxes) for i in (0, 1))
    width, height = (max(box[i] for box in boxes) - start for i, start in ((2, left), (3, top)))
    return (
        f'viewBox="{left:g} {top:g} {width:g} {height:g}" width="{width * 4 / 3:.0f}" '
        f'height="{height * 4 / 3:.0f}" stroke-linejoin="round" '
        'style="max-width:100%;height:auto"'
    )


def content_id(*texts):
    """A short id that depends on the content alone: the same figure gives the same page."""
    return "f" + hashlib.sha256("\0".join(texts).encode()).hexdigest()[:7]


def _take_definitions(root):
    definitions = {}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{_SVG}defs":
                parent.remove(child)
                definitions.update((e.get("id"), e) for e in child if e.tag != f"{_SVG}style")
            elif child.tag == f"{_SVG}metadata":
                parent.remove(child)
    return definitions


def _clean(element, names):
    """Copy without namespaces and ids, with short numbers and renamed references."""
    copy = ElementTree.Element(element.tag.removeprefix(_SVG))
    for key, value in element.attrib.items():
        if key == "id":
            continue
        if key == _HREF:
            key = "href"
            if value.startswith("data:"):
                value = _smaller_png(value)
            else:
                value = "#" + names.get(value[1:], value[1:])
        elif key == "d":
            value = short_path(value)
        elif key in ("x", "y", "width", "height"):
            value = short_numbers(value)
        elif key == "transform":
            value = _TRANSLATE.sub(lambda match: short_numbers(match[0]), value)
        elif key in _PRESENTATION:
            value = value.replace(GREY, "currentColor").replace(": ", ":").replace("; ", ";")
            value = value.removeprefix("image-rendering:crisp-edges;")
            if "scale(" in element.get("transform", ""):
                value = _legible(value)
        value = _REFERENCE.sub(lambda match: f"url(#{names.get(match[1], match[1])})", value)
        if value:
            copy.set(key, " ".join(value.split()) if key != "href" else value)
    for child in element:
        child = _clean(child, names)
        if not _is_invisible(child):
            copy.append(child)
    if copy.tag == "use":
        _shift_by_x(copy)
    elif copy.tag == "g":
        _share_style(copy)
    return copy


def _legible(style):
    """Text in a colour of the cycle, drawn towards the page's own text colour.

    Small text needs 4.5:1, which no colour has on white and on a dark page. At 45 parts in 100 all
    six have it on both. A browser that cannot mix colours takes the first of the two.
    """
    color = style.removeprefix("fill:")[:7]
    if color not in _CYCLE:
        return style
    mix = f"color-mix(in srgb,currentColor {100 * INK:.0f}%,{color})"
    return style.replace(f"fill:{color}", f"fill:{color};fill:{mix}")


def _shift_by_x(use):
    """A shift along the line of text as an attribute, which is shorter than a transform."""
    shift = _SHIFT.fullmatch(use.get("transform", ""))
    if shift and "x" not in use.attrib:
        del use.attrib["transform"]
        if shift[1] != "0":
            use.set("x", shift[1])


def _share_style(group):
    """A style that all parts of a group have moves to the group, if they inherit it there."""
    styles = {child.get("style", "") for child in group}
    style = styles.pop() if len(styles) == 1 else ""
    inherited = all(_INHERITED.match(part) for part in style.split(";") if part)
    if len(group) > 1 and style and inherited and "style" not in group.attrib:
        group.set("style", style)
        for child in group:
            del child.attrib["style"]


def _is_invisible(element):
    style = element.get("style", "")
    if element.tag == "g":
        return len(element) == 0
    return element.tag == "path" and "fill:none" in style and "stroke:" not in style


def _flat(element):
    """The element, or what is in it if it is a group that changes nothing."""
    if _is_invisible(element):
        return
    if element.tag == "g" and not element.attrib:
        for child in element:
            yield from _flat(child)
    else:
        yield element


def _text(element):
    return ElementTree.tostring(element, encoding="unicode")


def _smaller_png(url):
    """The same pixels as a palette, grey or opaque image where that loses nothing."""
    header, data = url.split(",", 1)
    image = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")
    pixels = np.asarray(image)
    packed = np.ascontiguousarray(pixels).view(np.uint32).ravel()
    packed, index = np.unique(packed, return_inverse=True)
    colors = packed.view(np.uint8).reshape(-1, 4)
    options = {}
    if len(colors) <= 256:
        image = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8), mode="P")
        image.putpalette(colors[:, :3].tobytes())
        options["transparency"] = colors[:, 3].tobytes()
    elif (pixels[..., 3] == 255).all():
        image = image.convert("RGB")
    out = io.BytesIO()
    image.save(out, format="png", optimize=True, **options)
    return f"{header},{base64.b64encode(out.getvalue()).decode()}"

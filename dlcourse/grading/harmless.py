"""What a student's notebook may bring into a browser: text, and pictures that were drawn anew.

Feedback pages and the formgrader show notebooks that strangers wrote. Scripts, styles, handlers,
frames, SVG and pictures from elsewhere are escaped or left out; PNG and JPEG are decoded and
encoded again, so that nothing but the picture is left of them. nbgrader_config.py gives `markdown`,
`code` and HarmlessNotebook to every page that nbgrader makes.
"""

import base64
import html
import io
import re
import time

import bleach
from jinja2 import pass_context
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output

LONGEST = 100_000  # characters of one answer that are rendered
# Of one answer, what could begin markup. The time for `<b>` or `\\(` grows with its square.
MOST_MARKS = 5000
PAGE_SECONDS = 20.0  # after which a page shows what is left of it as it was written
LARGEST = 10_000_000  # bytes of an encoded picture
PIXELS = 20_000_000
WIDEST = 1600  # pixels, after which a picture is made smaller

_INLINE = {"a", "b", "br", "code", "del", "em", "i", "img", "span", "strong", "sub", "sup", "u"}
_BLOCK = {"blockquote", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "pre", "ul"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
_TAGS = _INLINE | _BLOCK | _HEADINGS | _TABLE
_PICTURE = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/=\s]*)")
_IMG = re.compile(r"<img\b[^>]*>")
_FORMATS = {"png": "PNG", "jpeg": "JPEG"}
# MathJax makes links, classes and styles of these.
_TEX = re.compile(
    r"\\(href|url|class|cssId|style|bbox|mmlToken|html\w*|data|require|def|newcommand|let)(?![a-z])"
)
_TAG = re.compile(r"(<[^>]*>)")
_MARK = re.compile(r"[^\w\s.,:;+/=]")


def harmless(text):
    """HTML without scripts, styles, handlers and pictures from elsewhere: these are escaped.

    >>> harmless("<p>yes</p><script>no()</script>")
    '<p>yes</p>&lt;script&gt;no()&lt;/script&gt;'
    >>> harmless('<a href="javascript:no()">a</a> <img src="https://example.org/b.png" alt="b">')
    '<a rel="noopener noreferrer nofollow">a</a> [picture: b]'
    """
    clean = bleach.clean(
        text,
        tags=_TAGS,
        attributes=_is_allowed,
        protocols={"http", "https", "mailto", "data"},
    )
    clean = _IMG.sub(_draw_anew, clean)
    clean = re.sub(r"<a\b", '<a rel="noopener noreferrer nofollow"', clean)
    return "".join(p if p.startswith("<") else _tame(p) for p in _TAG.split(clean))


def _tame(text):
    """Text between tags with no TeX in it that does more than to set a formula.

    MathJax reads what the browser has made of the page: `\\hr&#101;f` is a link there too. Quotes
    are escaped as well, since an attribute with a `>` in it ends in what looks like text here.
    """
    return html.escape(_TEX.sub(r"\\text{\1}", html.unescape(text)))


def _is_allowed(tag, name, value):
    if tag == "a" and name == "href":
        return value.startswith(("https://", "http://", "mailto:", "#"))
    if tag == "img" and name == "src":
        return _PICTURE.fullmatch(value) is not None
    return (tag, name) in {("img", "alt"), ("span", "class")}


def _draw_anew(match):
    """An img element with its picture encoded anew, or its description where it has none."""
    tag = match.group()
    alt = re.search(r'\balt="([^"]*)"', tag)
    alt = alt.group(1) if alt else ""
    source = _PICTURE.search(tag)
    drawn = picture(source.group(1), source.group(2)) if source else None
    if drawn is None:
        return f"[picture: {alt or 'not a PNG or JPEG'}]"
    return f'<img src="data:image/{source.group(1)};base64,{drawn}" alt="{alt}">'


def picture(kind, encoded):
    """A picture decoded and encoded again, in base64; None for what is no such picture.

    kind: "png" or "jpeg". encoded: base64.
    """
    from PIL import Image

    if len(encoded) > LARGEST * 4 / 3:
        return None
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
        with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as image:
            if image.width * image.height > PIXELS:
                return None
            image.load()
            drawn = image.convert("RGB" if kind == "jpeg" else "RGBA")
        drawn.thumbnail((WIDEST, WIDEST * 4))
        out = io.BytesIO()
        drawn.save(out, format=_FORMATS[kind])
    except Exception:  # PIL raises many kinds for a file that is not what it says
        return None
    return base64.b64encode(out.getvalue()).decode("ascii")


def render(source, attachments=None, until=None):
    """Markdown of a student's as harmless HTML; text that cannot be rendered is shown as it is.

    attachments: the cell's, name to data by type. until: on the clock of time.monotonic, when the
    page's time is up.
    """
    if len(source) > LONGEST:
        return f"<pre>{html.escape(source[:LONGEST])} ...</pre>"
    late = until is not None and time.monotonic() > until
    if late or sum(1 for _ in _MARK.finditer(source)) > MOST_MARKS:
        return f"<pre>{html.escape(source)}</pre>"
    try:
        renderer = IPythonRenderer(
            escape=False, attachments=dict(attachments or {}), exclude_anchor_links=True
        )
        return harmless(MarkdownWithMath(renderer=renderer).render(source))
    except (Exception, RecursionError):  # a missing attachment, brackets a thousand deep, ...
        return f"<pre>{html.escape(source)}</pre>"


@pass_context
def markdown(context, source):
    """nbconvert's filter `markdown2html`, for cells that strangers wrote."""
    cell = context.get("cell") or {}
    return render(source, cell.get("attachments"), _until(context))


@pass_context
def answer(context, cell):
    """The same for the whole of a cell."""
    return render(cell.source, cell.get("attachments"), _until(context))


def _until(context):
    """When the time of the page that is being made is up."""
    resources = context.get("resources")
    if resources is None:
        return None
    return resources.setdefault("dlcourse_until", time.monotonic() + PAGE_SECONDS)


def code(source, language=None, metadata=None):
    """nbconvert's filter `highlight_code`, deaf to the language that a notebook names.

    nbconvert writes that name into the page as it stands.
    """
    return Highlight2HTML(pygments_lexer="ipython3")(source)


class HarmlessNotebook(Preprocessor):
    """nbconvert preprocessor: what is shown of a notebook is text and pictures, and no metadata.

    nbconvert writes a width from an output's metadata into the page as it stands.
    """

    enabled = True

    def preprocess(self, nb, resources):
        nb.metadata = NotebookNode(language_info=NotebookNode(name="python"))
        for cell in nb.cells:
            known = cell.metadata.get("nbgrader")
            cell.metadata = NotebookNode({} if known is None else {"nbgrader": known})
            if cell.cell_type == "code":
                cell.outputs = [harmless_output(output) for output in cell.outputs]
            elif cell.cell_type == "raw":
                cell.source = html.escape(cell.source)
        return nb, resources


def harmless_output(output):
    """An output reduced to text, or to one picture with its text."""
    if output.output_type == "stream":
        return new_output("stream", name=str(output.name), text=str(output.text))
    if output.output_type == "error":
        lines = [str(line) for line in output.traceback]
        return new_output(
            "error", ename=str(output.ename), evalue=str(output.evalue), traceback=lines
        )
    data = {"text/plain": str(output.data.get("text/plain", ""))}
    for kind in _FORMATS:
        given = output.data.get(f"image/{kind}")
        drawn = picture(kind, given) if isinstance(given, str) else None
        if drawn:
            data[f"image/{kind}"] = drawn
    if not data["text/plain"]:
        data["text/plain"] = f"[{', '.join(sorted(map(str, output.data))) or 'nothing'}]"
    count = output.get("execution_count")
    options = {"execution_count": count} if output.output_type == "execute_result" else {}
    return new_output(output.output_type, data=data, **options)

"""What a student's cell printed and drew, as a notebook may keep it: text and pictures, no HTML.

A picture is bytes that begin as PNG or JPEG begin, encoded anew; all else is text, which every page
escapes. What was HTML, SVG or JavaScript is named and dropped.
"""

import base64
import binascii

from nbformat.v4 import new_output

_MOST_TEXT = 100_000  # characters of one cell
_MOST_PICTURE = 4_000_000  # bytes
_MOST_LINES, _LONGEST_LINE = 200, 4000  # of a traceback
_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


class Outputs:
    """Collects what one cell sends. seen: the outputs so far, in a notebook's form."""

    def __init__(self):
        self.seen, self._left = [], _MOST_TEXT

    def add(self, message):
        """Take one message of a kernel's iopub channel, whatever is in it."""
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            self.text(content.get("text", ""), content.get("name"))
        elif kind == "clear_output":
            self.seen = []
        elif kind in ("display_data", "execute_result"):
            data = self._harmless(content.get("data"))
            if data:
                count = {"execution_count": None} if kind == "execute_result" else {}
                self.seen.append(new_output(kind, data=data, **count))
        elif kind == "error":
            lines = content.get("traceback", [])
            self.error(content.get("ename"), content.get("evalue"), lines)

    def text(self, text, name="stdout"):
        """Take printed text."""
        name = name if name in ("stdout", "stderr") else "stdout"
        text = self._shortened(clean(text))
        last = self.seen[-1] if self.seen else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        elif text:
            self.seen.append(new_output("stream", name=name, text=text))

    def error(self, name, message, lines):
        """Take an exception."""
        lines = [clean(line)[:_LONGEST_LINE] for line in lines[-_MOST_LINES:]]
        text = {"ename": clean(name)[:100], "evalue": clean(message)[:_LONGEST_LINE]}
        self.seen.append(new_output("error", traceback=lines, **text))

    def _harmless(self, data):
        if not isinstance(data, dict):
            return {}
        kept = {kind: text for kind in _PICTURES if (text := _picture(kind, data.get(kind)))}
        if "text/plain" in data:
            kept["text/plain"] = self._shortened(clean(data["text/plain"]))
        elif data and not kept:
            kinds = ", ".join(sorted(clean(kind)[:40] for kind in data)[:5])
            kept["text/plain"] = f"<{kinds}: not kept>"
        return kept

    def _shortened(self, text):
        text, self._left = text[: self._left], max(0, self._left - len(text))
        return text


def clean(text):
    """Text that can be written as UTF-8 and in a notebook, of whatever came as text.

    >>> clean("fine"), clean(None), clean("half a \\ud800 pair")
    ('fine', '', 'half a ? pair')
    """
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else ""


def _picture(kind, text):
    """A picture's base64 encoded anew, or None for what is none or too large."""
    try:
        data = base64.b64decode(clean(text).encode(), validate=False)
    except (binascii.Error, ValueError):
        return None
    if not data.startswith(_PICTURES[kind]) or len(data) > _MOST_PICTURE:
        return None
    return base64.b64encode(data).decode()

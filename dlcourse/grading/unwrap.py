"""A file as the texts that it holds: a notebook's cells, a page's words, what an archive packs.

Whatever looks for a text in files must see it through JSON's escapes, a page's colours, base64 and
zip files.
"""

import base64
import binascii
import bz2
import gzip
import html
import io
import json
import lzma
import re
import tarfile
import zipfile
import zlib

DEEPEST = 4  # archives in archives
LARGEST = 200_000_000  # bytes that come out of one archive
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{80,}={0,2}\s*")
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_TAG = re.compile(r"<!--|-->|<[^<>]*>")


def texts(name, data, depth=0):
    """Yield pairs (where, text) for all texts in a file. name: as its ending says what it is."""
    if depth > DEEPEST:
        return
    inner = _archive(data)
    if inner is not None:
        for member, content in inner:
            yield f"{name}: {member}", ""
            yield from texts(f"{name}: {member}", content, depth + 1)
        return
    text = _decode(data)
    if name.endswith((".ipynb", ".json")):
        try:
            yield from _of_json(name, json.loads(text), depth)
            return
        except (ValueError, RecursionError):
            pass  # not what its name says: looked at as plain text
    yield name, text
    if name.endswith((".html", ".htm", ".svg", ".xml", ".md")):
        yield name, html.unescape(_TAG.sub("", text))
    elif "\\" in text:
        yield name, text.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
    yield from _of_base64(name, text, depth)


def _decode(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _of_json(name, value, depth):
    """All strings of a JSON value; a list of strings, as notebooks keep text, is one."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"{name}: {key}", str(key)
            yield from _of_json(_place(name, value, key), item, depth)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield from _of_json(name, "".join(value), depth)
        else:
            for number, item in enumerate(value, start=1):
                yield from _of_json(f"{name} {number}", item, depth)
    elif isinstance(value, str):
        yield name, value
        if "<" in value:
            yield name, html.unescape(_TAG.sub("", value))
        yield from _of_base64(name, value, depth)


def _place(name, parent, key):
    """Where in a file an item stands, in words: a cell goes by its name."""
    if key == "source" and "cell_type" in parent:
        known = parent.get("metadata", {}).get("nbgrader", {}).get("grade_id") or parent.get("id")
        return f"{name} ({known})" if known else name
    return f"{name}, {key}"


def _of_base64(name, text, depth):
    if "base64," in text:
        parts = [match.group() for match in map(_BASE64.match, text.split("base64,")[1:]) if match]
    else:
        parts = [text] if _BASE64.fullmatch(text) else []
    for part in parts:
        try:
            data = base64.b64decode("".join(part.split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        yield from texts(f"{name} (base64)", data, depth + 1)


def _archive(data):
    """The members of an archive as pairs (name, bytes); None for a file that is none."""
    try:
        if data.startswith(b"PK\x03\x04"):
            return list(_of_zip(data))
        opener = next((_OPENERS[magic] for magic in _OPENERS if data.startswith(magic)), None)
        if opener is not None:
            with opener(io.BytesIO(data)) as file:
                data = file.read(LARGEST)
        if data[257:262] == b"ustar":
            return list(_of_tar(data))
        return [("content", data)] if opener is not None else None
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError):
        return None
    except (RuntimeError, NotImplementedError):  # encrypted, or packed in an unknown way
        return [("cannot be opened", b"")]


def _of_zip(data):
    left = LARGEST
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        for info in file.infolist():
            if not info.is_dir() and left > 0:
                with file.open(info) as member:
                    content = member.read(left)
                left -= len(content)
                yield info.filename, content


def _of_tar(data):
    left = LARGEST
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        for info in file:
            if info.isfile() and left > 0:
                content = file.extractfile(info).read(left)
                left -= len(content)
                yield info.name, content

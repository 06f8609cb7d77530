"""One message on a stream socket: a header in JSON, and the raw bytes that it speaks of.

    8 bytes   length of the header, little endian
    8 bytes   length of all buffers together
    header    JSON; its "buffers" lists the length of each buffer
    buffers   one after another

Nothing in a message is code, and none can name a class: pickle is used in neither direction.
"""

import json
import struct

_LENGTHS = struct.Struct("<QQ")
_CHUNK = 1 << 20


class Malformed(Exception):
    """What came is no message of this protocol; the text says why."""


class TooLarge(Malformed):
    """A message is larger than it may be."""


class Closed(Exception):
    """The other side has gone."""


def send(sock, header, buffers=(), most=None):
    """Write a message. buffers: bytes or flat memoryviews. most: bytes, TooLarge beyond them."""
    sizes = [len(buffer) for buffer in buffers]
    text = json.dumps({**header, "buffers": sizes}).encode()
    if most is not None and len(text) + sum(sizes) > most:
        raise TooLarge(
            f"a value of {(len(text) + sum(sizes)) / 1e6:.0f} MB: at most {most / 1e6:.0f} MB cross"
        )
    try:
        sock.sendall(_LENGTHS.pack(len(text), sum(sizes)) + text)
        for buffer in buffers:
            sock.sendall(buffer)
    except OSError as error:
        raise Closed(f"the connection is closed: {error}") from None


def receive(sock, most):
    """Read a message of at most `most` bytes; return its header (a dict) and its buffers (bytes).

    Closed where the other side has gone, Malformed where it sent something else. Memory is taken
    as the bytes arrive, not as the first sixteen of them claim.
    """
    header_size, body_size = _LENGTHS.unpack(_read(sock, _LENGTHS.size))
    if header_size + body_size > most:
        size = (header_size + body_size) / 1e6
        raise TooLarge(f"a value of {size:.0f} MB: at most {most / 1e6:.0f} MB cross")
    text, body = _read(sock, header_size), _read(sock, body_size)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the header is no JSON: {type(error).__name__}") from None
    if type(header) is not dict:
        raise Malformed("the header is no JSON object")
    sizes = header.get("buffers")
    if type(sizes) is not list or not all(type(n) is int and n >= 0 for n in sizes):
        raise Malformed("the header does not list its buffers")
    if sum(sizes) != body_size:
        raise Malformed("the buffers' lengths do not add up")
    buffers, start = [], 0
    for size in sizes:
        buffers.append(body[start : start + size])
        start += size
    return header, buffers


def _read(sock, size):
    parts = bytearray()
    while len(parts) < size:
        try:
            part = sock.recv(min(_CHUNK, size - len(parts)))
        except OSError as error:
            raise Closed(f"the connection is closed: {error}") from None
        if not part:
            raise Closed("the connection is closed")
        parts += part
    return bytes(parts)

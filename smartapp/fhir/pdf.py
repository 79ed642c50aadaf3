"""Whether a PDF does anything by itself, or hides whether it does."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

MOST_UNPACKED = 20_000_000  # of all that is packed in one file
LONGEST_HEAD = 2000

_ACTS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction|RichMedia|XFA)\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")  # another way to write any letter of a name
_PACKED = re.compile(rb"/ObjStm\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_LOCKED = re.compile(rb"/Encrypt\b")


def is_locked(data: bytes) -> bool:
    """What is in it, only its password tells."""
    return _LOCKED.search(_plain(data)) is not None


def acts(data: bytes) -> bool:
    """Also where that stands in objects that are packed together: what cannot be unpacked here, and
    what says that it is packed in any other way than the usual one, is taken for the worst.
    """
    plain = _plain(data)
    if _ACTS.search(plain):
        return True
    packed = len(_PACKED.findall(plain))
    if not packed:
        return False
    unpacked, left = 0, MOST_UNPACKED
    for head, body in _streams(data):
        if not _PACKED.search(_plain(head)):
            continue
        objects = _inflated(body, left)
        if objects is None or _ACTS.search(_plain(objects)):
            return True
        unpacked += 1
        left -= len(objects)
    return unpacked != packed


def _streams(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What is said of each, and what is in it."""
    at = 0
    while (begins := _STREAM.search(data, at)) is not None:
        ends = data.find(b"endstream", begins.end())
        if ends < 0:
            return
        head = data[max(0, begins.start() - LONGEST_HEAD) : begins.start()]
        yield head[head.rfind(b"obj") + 3 :], data[begins.end() : ends]
        at = ends + len(b"endstream")


def _inflated(body: bytes, most: int) -> bytes | None:
    """None for what is packed otherwise, broken, or far too large."""
    inflating = zlib.decompressobj()
    try:
        objects = inflating.decompress(body, max(1, most))
    except zlib.error:
        return None
    return objects if inflating.eof else None


def _plain(data: bytes) -> bytes:
    return _ESCAPED.sub(lambda each: bytes.fromhex(each[1].decode()), data)

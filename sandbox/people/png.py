"""A small picture, drawn rather than photographed: a PNG of one soft spot on a plain ground."""

from __future__ import annotations

import struct
import zlib

SIZE = 96
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png() -> bytes:
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)  # 8 bits each of red, green, blue
    rows = b"".join(b"\x00" + _row(y) for y in range(SIZE))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(*each) for each in chunks)


def _row(y: int) -> bytes:
    return b"".join(bytes(_color(x - SIZE // 2, y - SIZE // 2)) for x in range(SIZE))


def _color(x: int, y: int) -> tuple[int, int, int]:
    redness = max(0, 60 - (x * x + y * y) // 16)
    return 232, 200 - redness, 184 - redness


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

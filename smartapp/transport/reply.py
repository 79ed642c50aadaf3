"""What an EHR answers, as its bytes arrive: the head first, then the body, unpacked.

What is a head, where a body ends and what is no HTTP is decided by llhttp, in its strict mode: two
lengths, a length beside chunks, or a header that two programs may read differently is no answer.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator, Mapping

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from smartapp.transport.connection import Attempt, Connection

STEP = 16_384
LONGEST_HEAD = 65_536
MOST_FRAMING = 16  # bytes around each byte of a body: an EHR may send chunks of a single one
MOST_PACKINGS = 3

_GZIP = b"\x1f\x8b"
_ANY_GZIP = 16 + zlib.MAX_WBITS


class NoHttp(Exception):
    """What came is no answer, or not a whole one."""


class Headers(Mapping[str, str]):
    """Names in any case. What stands twice is one value, with commas."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def add(self, name: str, value: str) -> None:
        name = name.lower()
        before = self._values.get(name)
        self._values[name] = value if before is None else f"{before}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Reply:
    def __init__(self, connection: Connection, attempt: Attempt) -> None:
        """Reads up to the end of the head."""
        self.status = 0
        self.headers = Headers()
        self.packed = 0  # bytes of the body as they came
        self._connection = connection
        self._attempt = attempt
        self._came = 0  # bytes in all
        self._body: deque[bytes] = deque()
        self._begun = self._whole = self._more = self._stays = False
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._receive(attempt.first_byte_by)
        while not self._begun:
            self._receive(attempt.ends)

    @property
    def leaves_the_way_open(self) -> bool:
        """Whether another request can follow: all of this one came, and nothing after it."""
        return self._whole and not self._more and self._stays

    def body(self) -> Iterator[bytes]:
        """In small pieces: a bomb is known by its growth long before it has gone off."""
        pieces = self._pieces()
        named = self.headers.get("Content-Encoding", "").lower().split(",")
        packings = [each.strip() for each in named if each.strip() not in {"", "identity"}]
        if len(packings) > MOST_PACKINGS or not {"gzip", "x-gzip"}.issuperset(packings):
            raise zlib.error("packed in a way that nobody asked for")
        for _ in packings:
            pieces = _unpacked(pieces)
        return pieces

    def forget(self) -> None:
        """The parser knows its reply, and the reply its parser."""
        self._parser = None

    def _pieces(self) -> Iterator[bytes]:
        while True:
            while self._body:
                yield self._body.popleft()
            if self._whole:
                return
            self._receive(self._attempt.ends)

    def _receive(self, by: float) -> None:
        data = self._connection.receive(self._attempt, by)
        if not data:
            if not (self._begun and self._ends_with_the_connection):
                raise NoHttp("cut short")
            self._whole = self._more = True
            return
        if self._came - self.packed > LONGEST_HEAD + MOST_FRAMING * self.packed:
            raise NoHttp("too much that is no body")
        self._came += len(data)
        try:
            if self._parser is not None:
                self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            if not self._whole:
                raise NoHttp("not to be read in one way only") from None
            self._more = True

    @property
    def _ends_with_the_connection(self) -> bool:
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        return not chunked and "Content-Length" not in self.headers

    # --- what the parser tells ----------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._more = self._whole

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._begun:  # what follows a body is none of its headers
            self.headers.add(name.decode("latin-1"), value.decode("latin-1").strip())

    def on_headers_complete(self) -> None:
        if self._more or self._parser is None:
            return
        self.status = self._parser.get_status_code()
        self._stays = self._parser.should_keep_alive()
        self._begun = self.status >= 200 or self.status == 101

    def on_body(self, data: bytes) -> None:
        if self._begun and not self._more:
            self.packed += len(data)
            self._body.append(data)

    def on_message_complete(self) -> None:
        """What only says that an answer will come is none."""
        if not self._begun:
            self.headers = Headers()
        self._whole = self._begun


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """One gzip after the other, in steps. What stands behind the last of them is passed over."""
    unpacker: zlib._Decompress | None = None
    begun = False
    for data in packed:
        left = data
        while left:
            if unpacker is None:
                if begun and not left.startswith(_GZIP[: len(left)]):
                    break
                unpacker, begun = zlib.decompressobj(_ANY_GZIP), True
            yield from _steps(unpacker, left)
            left = unpacker.unused_data
            if unpacker.eof:
                unpacker = None
    if unpacker is not None:
        raise zlib.error("cut short")


def _steps(unpacker: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while True:
        piece = unpacker.decompress(data, STEP)
        if piece:
            yield piece
        data = unpacker.unconsumed_tail
        if unpacker.eof or (len(piece) < STEP and not data):
            return

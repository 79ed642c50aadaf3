"""A body as it arrives, piece by piece: counted, timed, and whole only where asked for."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self

from smartapp.errors import (
    AnswerLost,
    AnswerTooLarge,
    EhrError,
    EhrTooSlow,
    EhrUnreachable,
    MalformedAnswer,
)
from smartapp.transport.connection import Attempt
from smartapp.transport.reply import NoHttp, Reply

UNSUSPICIOUS = 1_000_000
MOST_EXPANSION = 200  # FHIR unpacks to some thirty times its size, a bomb to a thousand times

BREAKS = (NoHttp, OSError)


class Flow:
    """What an EHR sends, from its first byte on. Whoever opens one closes it: it holds one of the
    few ways to that EHR.

    Bytes are counted as they come out of the decompressor, in small steps. A bomb is known by its
    growth long before the cap: ten at once would fill the memory with what fits under it.
    """

    def __init__(
        self,
        reply: Reply,
        url: str,
        attempt: Attempt,
        cap: int,
        close: Callable[[], None],
    ) -> None:
        self._reply = reply
        self._body: Iterator[bytes] | None = None
        self.url = url
        self._attempt = attempt
        self._cap = cap
        self._close = close
        self._begun: list[bytes] = []
        self._size = 0
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    @property
    def length(self) -> int | None:
        """How many bytes it will be; None where that is not known before its end."""
        stated = self.headers.get("Content-Length", "")
        packed = self.headers.get("Content-Encoding", "identity") != "identity"
        return int(stated) if stated.isascii() and stated.isdigit() and not packed else None

    def first(self, count: int) -> bytes:
        """The first bytes, or all where there are fewer. `pieces` still begins with them."""
        while sum(map(len, self._begun)) < count and (piece := self._read()):
            self._begun.append(piece)
        return b"".join(self._begun)[:count]

    def pieces(self) -> Iterator[bytes]:
        """All of it, once. What breaks off in the middle raises: half a document is none."""
        with self:
            while self._begun:
                yield self._begun.pop(0)
            while piece := self._read():
                yield piece

    def whole(self) -> bytes:
        return b"".join(self.pieces())

    def close(self) -> None:
        if self._open:
            self._open = False
            self._close()

    def _read(self) -> bytes:
        try:
            if self._body is None:
                self._body = self._reply.body()
            piece = next(self._body, b"")
        except zlib.error:
            raise MalformedAnswer("cannot be decompressed") from None
        except BREAKS as error:
            raise named(error, self._attempt) from None  # its text holds the whole address
        self._size += len(piece)
        likely = max(UNSUSPICIOUS, MOST_EXPANSION * self._reply.packed)
        if self._size > min(self._cap, likely):
            raise AnswerTooLarge
        return piece


def named(error: Exception, attempt: Attempt) -> EhrError:
    kind = type(error).__name__
    if not attempt.left:
        return EhrUnreachable(kind)
    if isinstance(error, TimeoutError):
        return EhrTooSlow(kind)
    return AnswerLost(kind)

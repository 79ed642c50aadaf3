"""What is kept for each origin: its breaker, the ways there that are free, and open connections."""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress

from smartapp.transport.address import Address
from smartapp.transport.breaker import Breaker
from smartapp.transport.connection import Attempt, Connection
from smartapp.transport.reply import Reply


class Line:
    def __init__(self, breaker: Breaker, *, in_flight: int) -> None:
        self.breaker = breaker
        self.slots = threading.BoundedSemaphore(in_flight)
        self._lock = threading.Lock()
        self._kept: list[Connection] = []  # never more than there are slots
        self._is_closed = False

    def connection(self, address: Address, attempt: Attempt, tls: ssl.SSLContext) -> Connection:
        """The one that was used last and is still open, else another one."""
        while True:
            with self._lock:
                kept = self._kept.pop() if self._kept else None
            if kept is None:
                return Connection.to(address, attempt, tls)
            if not kept.is_over:
                return kept
            _end(kept)

    def give_back(self, connection: Connection | None, reply: Reply | None = None) -> None:
        """It is kept where a whole answer came by it, and nothing after that."""
        if connection is None:
            return
        keeps = reply is not None and reply.leaves_the_way_open
        if reply is not None:
            reply.forget()
        with self._lock:
            if keeps and not self._is_closed:
                self._kept.append(connection)
                return
        _end(connection)

    def close(self) -> None:
        with self._lock:
            self._is_closed, kept, self._kept = True, self._kept, []
        for each in kept:
            _end(each)


def _end(connection: Connection) -> None:
    with suppress(OSError):
        connection.close()

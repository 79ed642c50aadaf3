"""Connections whose time runs out once for a whole call, however slowly single bytes arrive.

The timeouts of sockets and of HTTP libraries start anew with every byte: a server that sends one
header byte a second would hold a caller for hours. Here each read from the socket gets only what
is left of the call, in status line, headers, chunk sizes and body alike.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import certifi
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass
class Attempt:
    """One try of one request: when it must be over, and how far it came. By the monotonic clock."""

    connected_by: float
    first_byte_by: float
    ends: float
    left: bool = False  # from here on the EHR may have seen the request

    def time_until(self, moment: float) -> float:
        remaining = min(moment, self.ends) - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining


current: ContextVar[Attempt] = ContextVar("current")


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._answering = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        attempt = current.get()
        until = attempt.ends if self._answering else attempt.first_byte_by
        self._sock.settimeout(attempt.time_until(until))
        count = self._raw.readinto(buffer)
        self._answering = True
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        """A host may have several addresses, some of them dead: they share the time there is."""
        attempt = current.get()
        found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        failure = OSError("the name has no address")
        for waiting, (*_, place) in zip(range(len(found), 0, -1), found, strict=True):
            try:
                share = attempt.time_until(attempt.connected_by) / waiting
                sock = create_connection(
                    (str(place[0]), int(place[1])), share, socket_options=self.socket_options
                )
            except OSError as error:
                failure = error
                continue
            try:
                sock.settimeout(attempt.time_until(attempt.connected_by))
            except OSError as error:
                sock.close()  # there at the last moment: nobody would ever close it
                failure = error
            else:
                return sock
        raise failure

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        attempt = current.get()
        attempt.left = True
        self.sock.settimeout(attempt.time_until(attempt.first_byte_by))
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


@cache
def _tls(authorities: str | None) -> ssl.SSLContext:
    """One context for the process: reading the authorities' certificates again for each
    connection costs more than the handshake.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context


def pools(*, in_flight: int, authorities: str | None) -> PoolManager:
    """Connections that stay open. No cookies, no proxies and no passwords out of the environment:
    the library knows of none unless it is told.
    """
    made = PoolManager(num_pools=64, maxsize=in_flight, ssl_context=_tls(authorities))
    made.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return made

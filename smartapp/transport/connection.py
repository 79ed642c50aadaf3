"""Connections whose time runs out once for a whole call, however slowly single bytes arrive.

The timeouts of sockets start anew with every byte: a server that sends one header byte a second
would hold a caller for hours. Here each read from the socket gets only what is left of the call,
in status line, headers, chunk sizes and body alike.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

import certifi

from smartapp.transport.address import Address

AT_ONCE = 32_768  # bytes from a socket: most answers come with one or two reads
BRINGS_A_BODY = frozenset({"POST", "PUT", "PATCH"})

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # no line may end in it: the rest would be a header
_TARGET = re.compile(r"(?:[A-Za-z0-9/?:@!$&'()*+,;=~._-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)


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


class Connection:
    """To one origin, for one request after the other."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._watch = select.poll()
        self._watch.register(sock, select.POLLIN)

    @classmethod
    def to(cls, address: Address, attempt: Attempt, tls: ssl.SSLContext) -> Connection:
        host = address.host.strip("[]")
        sock = _connected(host, address.port, attempt)
        if address.scheme == "http":
            return cls(sock)
        try:
            return cls(tls.wrap_socket(sock, server_hostname=host))
        except BaseException:
            sock.close()
            raise

    @property
    def is_over(self) -> bool:
        """Nobody has been asked: whatever there is to read is its end, or is not to be trusted."""
        return bool(self._watch.poll(0))

    def ask(
        self,
        method: str,
        address: Address,
        headers: Mapping[str, str],
        body: bytes | None,
        attempt: Attempt,
    ) -> None:
        asked = _request(method, address, headers, body)
        self._sock.settimeout(attempt.time_until(attempt.first_byte_by))
        attempt.left = True
        with suppress(BrokenPipeError):  # it may answer, and close, before it has heard all of it
            self._sock.sendall(asked)

    def receive(self, attempt: Attempt, by: float) -> bytes:
        """Nothing is the end."""
        self._sock.settimeout(attempt.time_until(by))
        return self._sock.recv(AT_ONCE)

    def close(self) -> None:
        self._sock.close()


def _request(
    method: str, address: Address, headers: Mapping[str, str], body: bytes | None
) -> bytes:
    named = address.origin.partition("://")[2]
    lines = [f"{method} {_as_sent(address.target)} HTTP/1.1", f"Host: {named}"]
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError("no header can be that")
        lines.append(f"{name}: {value}")
    if body is not None or method in BRINGS_A_BODY:
        lines.append(f"Content-Length: {len(body or b'')}")
    return "\r\n".join((*lines, "\r\n")).encode("latin-1") + (body or b"")


def _as_sent(target: str) -> str:
    """What an address may not hold is written the way that it may."""
    if _TARGET.fullmatch(target):
        return target
    return quote(_STRAY.sub("%25", target), safe="/?:@!$&'()*+,;=~%")


def _connected(host: str, port: int, attempt: Attempt) -> socket.socket:
    """A host may have several addresses, some of them dead: they share the time there is."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure = OSError("the name has no address")
    for waiting, (*_, place) in zip(range(len(found), 0, -1), found, strict=True):
        try:
            share = attempt.time_until(attempt.connected_by) / waiting
            sock = socket.create_connection((str(place[0]), int(place[1])), share)
        except OSError as error:
            failure = error
            continue
        try:
            sock.settimeout(attempt.time_until(attempt.connected_by))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()  # there at the last moment: nobody would ever close it
            failure = error
        else:
            return sock
    raise failure


@cache
def tls_trusting(authorities: str | None) -> ssl.SSLContext:
    """One context for the process: reading the authorities' certificates again for each
    connection costs more than the handshake.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context

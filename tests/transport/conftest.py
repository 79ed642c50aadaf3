"""EHRs that misbehave at the wire, and a transport to meet them with."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from pytest_httpserver import HTTPServer

from smartapp.transport import Limits, Transport

Script = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Answers each connection by a script, byte by byte, and remembers what arrived."""

    script: Script
    connections: int = 0
    received: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, contextlib.suppress(OSError):
            self.received.append(connection.recv(65_536))
            self.script(connection)


@pytest.fixture
def raw_server() -> Iterator[Callable[[Script], RawServer]]:
    started: list[RawServer] = []

    def start(script: Script) -> RawServer:
        started.append(RawServer(script))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def transport_with() -> Iterator[Callable[..., Transport]]:
    opened: list[Transport] = []

    def open_one(**limits: float) -> Transport:
        quick = {"longest_pause": 0.01} | limits
        opened.append(Transport(Limits(**quick), allow_http=True))  # type: ignore[arg-type]  # a test names the limits it needs
        return opened[-1]

    yield open_one
    for transport in opened:
        transport.close()


@pytest.fixture
def transport(transport_with: Callable[..., Transport]) -> Transport:
    return transport_with()


@pytest.fixture(scope="session")
def _servers() -> Iterator[tuple[HTTPServer, HTTPServer]]:
    """Stopping such a server takes half a second: two serve all tests, and are cleared between."""
    with HTTPServer(threaded=True) as one, HTTPServer(threaded=True) as other:
        yield one, other


@pytest.fixture
def ehr(_servers: tuple[HTTPServer, HTTPServer]) -> Iterator[HTTPServer]:
    yield _servers[0]
    _servers[0].clear()


@pytest.fixture
def canary(_servers: tuple[HTTPServer, HTTPServer]) -> Iterator[HTTPServer]:
    """A host that must never hear from us."""
    yield _servers[1]
    heard = _servers[1].log
    _servers[1].clear()
    assert heard == []

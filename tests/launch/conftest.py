from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from smartapp.transport import Limits, Transport
from tests.auth.fake_ehr import FakeEhr


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The transport's own: it says when what was remembered is too old."""
    return Clock()


@pytest.fixture
def transport(clock: Clock) -> Iterator[Transport]:
    transport = Transport(Limits(longest_pause=0.01), allow_http=True, clock=clock)
    yield transport
    transport.close()


@pytest.fixture(scope="session")
def _servers() -> Iterator[tuple[HTTPServer, HTTPServer]]:
    """Stopping such a server takes half a second: two serve all tests, and are cleared between."""
    with HTTPServer(threaded=True) as one, HTTPServer(threaded=True) as other:
        yield one, other


@pytest.fixture
def fake(_servers: tuple[HTTPServer, HTTPServer]) -> Iterator[FakeEhr]:
    yield FakeEhr(_servers[0])
    _servers[0].clear()


@pytest.fixture
def canary(_servers: tuple[HTTPServer, HTTPServer]) -> Iterator[HTTPServer]:
    """A host that must never hear from us."""
    yield _servers[1]
    heard = _servers[1].log
    _servers[1].clear()
    assert heard == []

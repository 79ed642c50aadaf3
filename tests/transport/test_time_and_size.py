"""No EHR can hold a caller longer, or send more, than was agreed."""

from __future__ import annotations

import contextlib
import gc
import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, cast

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from smartapp.errors import (
    AnswerLost,
    AnswerTooLarge,
    EhrBusy,
    EhrTooSlow,
    EhrUnreachable,
    MalformedAnswer,
)
from smartapp.transport import Limits, Transport, parse
from smartapp.transport.connection import Attempt as AnAttempt
from smartapp.transport.connection import Connection, tls_trusting

Script = Callable[[socket.socket], object]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"


def drip(connection: socket.socket, data: bytes, pause: float = 0.02) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(pause)


def answer_once(listener: socket.socket) -> None:
    listener.settimeout(2)  # a test whose request never comes fails, and does not hang
    with contextlib.suppress(TimeoutError), listener.accept()[0] as connection:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


DRIPS = {
    "the status line": (b"", HEAD * 20),
    "the headers": (HEAD, b"X-Long: " + b"a" * 500),
    "the body": (HEAD + b"Content-Length: 500\r\n\r\n", b" " * 500),
    "the size of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 500),
    "a body without an end": (HEAD + b"Connection: close\r\n\r\n", b" " * 500),
    "a body that is compressed": (
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 500\r\n\r\n",
        gzip.compress(bytes(range(256)) * 8),
    ),
}


@pytest.mark.parametrize(("at_once", "slowly"), DRIPS.values(), ids=DRIPS)
def test_single_bytes_do_not_prolong_the_call(
    at_once: bytes,
    slowly: bytes,
    raw_server: Callable[[Script], Any],
    transport_with: Callable[..., Transport],
) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(at_once)
        drip(connection, slowly)

    server = raw_server(script)

    with at_most(2.5), pytest.raises(EhrTooSlow) as raised:
        transport_with(total=0.2).send("GET", server.url)

    assert type(raised.value) is EhrTooSlow
    assert server.connections == 1


def test_an_ehr_that_never_answers_is_left_after_the_time_for_the_first_byte(
    raw_server: Callable[[Script], Any], transport_with: Callable[..., Transport]
) -> None:
    done = threading.Event()
    server = raw_server(lambda _: done.wait(5))

    with at_most(2.5), pytest.raises(EhrTooSlow):
        transport_with(first_byte=0.2, total=5).send("GET", server.url)
    done.set()

    assert server.connections == 1


def test_an_ehr_that_has_begun_to_answer_gets_all_of_the_time(
    raw_server: Callable[[Script], Any], transport_with: Callable[..., Transport]
) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 10\r\n\r\n")
        drip(connection, b" " * 10, pause=0.03)

    server = raw_server(script)

    assert transport_with(first_byte=0.1, total=5).send("GET", server.url).body == b" " * 10


def test_a_host_that_does_not_take_the_connection_is_unreachable_soon(
    transport_with: Callable[..., Transport],
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))
        with at_most(2.5), pytest.raises(EhrUnreachable):
            transport_with(connect=0.2).send("GET", f"http://127.0.0.1:{port}")
        for filler in fillers:
            filler.close()


def test_a_host_that_never_ends_its_greeting_is_unreachable_soon(
    raw_server: Callable[[Script], Any], transport_with: Callable[..., Transport]
) -> None:
    done = threading.Event()
    server = raw_server(lambda _: done.wait(5))

    with at_most(2.5), pytest.raises(EhrUnreachable):
        transport_with(connect=0.2).send("POST", server.url.replace("http:", "https:"), body=b"{}")
    done.set()


def test_a_dead_address_of_a_host_leaves_time_for_the_next(
    transport_with: Callable[..., Transport], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_server(("127.0.0.2", 0), backlog=0) as dead,
        ExitStack() as fillers,
    ):
        for _ in range(3):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(dead.getsockname())
        places = [dead.getsockname(), listener.getsockname()]
        resolve = socket.getaddrinfo

        def two_addresses(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            if host != "localhost":
                return list(resolve(host, port, *args, **kwargs))
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

        monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
        serving = threading.Thread(target=answer_once, args=(listener,))
        serving.start()
        with at_most(2.5):
            answer = transport_with(connect=0.4).send("GET", "http://localhost:1/")
        serving.join()

    assert answer.body == b"{}"


def test_a_connection_that_is_there_at_the_last_moment_is_closed(ehr: HTTPServer) -> None:
    """It is of no use any more, and nobody else knows of it."""

    class Attempt:
        connected_by = 0.0
        left = 1.0  # seconds, for the connection alone

        def time_until(self, _moment: float) -> float:
            left, self.left = self.left, 0.0
            if not left:
                raise TimeoutError
            return left

    address = parse(ehr.url_for("/"))
    assert address is not None
    with pytest.raises(TimeoutError):
        Connection.to(address, cast(AnAttempt, Attempt()), tls_trusting(None))
    gc.collect()  # a socket that was left open is complained of here


def test_a_caller_may_have_less_patience(
    raw_server: Callable[[Script], Any], transport: Transport
) -> None:
    done = threading.Event()
    server = raw_server(lambda _: done.wait(5))

    with at_most(2.5), pytest.raises(EhrTooSlow):
        transport.send("GET", server.url, within=0.2)
    done.set()


def test_a_small_bomb_is_stopped_at_the_cap(ehr: HTTPServer, transport: Transport) -> None:
    bomb = gzip.compress(b" " * 60_000_000)
    assert len(bomb) < 100_000
    ehr.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})

    with at_most(2.5), pytest.raises(AnswerTooLarge):
        transport.send("GET", ehr.url_for("/"))

    assert len(ehr.log) == 1


def test_ten_bombs_at_once_do_not_fill_the_memory(ehr: HTTPServer, transport: Transport) -> None:
    bomb = gzip.compress(b" " * 7_900_000)
    assert len(bomb) < 8_000
    ehr.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()

    call = partial(transport.send, "GET", ehr.url_for("/"))
    answers = transport.together([call] * 10, within=8)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(answer) for answer in answers] == [AnswerTooLarge] * 10
    assert most < 60_000_000


def test_an_answer_that_packs_well_is_not_taken_for_a_bomb(
    ehr: HTTPServer, transport: Transport
) -> None:
    body = b"".join(b'{"resourceType": "Observation", "id": "%d"},\n' % n for n in range(120_000))
    packed = gzip.compress(body)
    assert len(body) > 5_000_000 > 10 * len(packed)
    ehr.expect_request("/").respond_with_data(packed, headers={"Content-Encoding": "gzip"})

    assert transport.send("GET", ehr.url_for("/")).body == body


def test_a_bomb_in_a_bomb_is_stopped_too(ehr: HTTPServer, transport: Transport) -> None:
    bomb = gzip.compress(gzip.compress(b" " * 60_000_000))
    ehr.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": "gzip, gzip"})

    with at_most(2.5), pytest.raises(AnswerTooLarge):
        transport.send("GET", ehr.url_for("/"))


@pytest.mark.parametrize(("length", "fits"), [(1000, True), (1001, False)])
def test_the_cap_counts_bytes_exactly(
    length: int, fits: bool, ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/").respond_with_data(b"x" * length)

    with contextlib.nullcontext() if fits else pytest.raises(AnswerTooLarge):
        assert transport.send("GET", ehr.url_for("/"), max_bytes=1000).body == b"x" * length


def test_a_compressed_answer_is_read(ehr: HTTPServer, transport: Transport) -> None:
    body = b'{"resourceType": "Bundle"}' * 5_000
    ehr.expect_request("/", headers={"Accept-Encoding": "gzip"}).respond_with_data(
        gzip.compress(body), headers={"Content-Encoding": "gzip"}
    )

    assert transport.send("GET", ehr.url_for("/")).body == body


def test_what_only_claims_to_be_compressed_is_malformed(
    ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/").respond_with_data("{}", headers={"Content-Encoding": "gzip"})

    with pytest.raises(MalformedAnswer):
        transport.send("GET", ehr.url_for("/"))


CUT: dict[str, bytes] = {
    "before the status line": b"",
    "in the body": HEAD + b'Content-Length: 50\r\n\r\n{"resource',
    "in a chunk": HEAD + b'Transfer-Encoding: chunked\r\n\r\n20\r\n{"resource',
    "between chunks": HEAD + b'Transfer-Encoding: chunked\r\n\r\n2\r\n{"\r\n',
}


@pytest.mark.parametrize("sent", CUT.values(), ids=CUT)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_is_cut_short_is_lost_and_only_a_read_is_repeated(
    method: str,
    sent: bytes,
    raw_server: Callable[[Script], Any],
    transport_with: Callable[..., Transport],
) -> None:
    server = raw_server(lambda c: c.sendall(sent))
    reads = method == "GET"

    with pytest.raises(AnswerLost):
        transport_with(retries=1).send(method, server.url, body=None if reads else b"{}")

    assert server.connections == (2 if reads else 1)


def test_an_ehr_that_takes_no_more_than_twenty_at_once_is_not_asked_for_more(
    ehr: HTTPServer, transport_with: Callable[..., Transport]
) -> None:
    lock = threading.Lock()
    inside, most = 0, 0

    def counting(_: Request) -> Response:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return Response("{}")

    ehr.expect_request("/").respond_with_handler(counting)
    transport = transport_with(in_flight=4)

    answers = transport.together([lambda: transport.send("GET", ehr.url_for("/"))] * 20, within=5)

    assert [getattr(answer, "status", answer) for answer in answers] == [200] * 20
    assert most == 4


def test_who_finds_no_place_in_time_was_certainly_not_sent(
    raw_server: Callable[[Script], Any], transport_with: Callable[..., Transport]
) -> None:
    done = threading.Event()
    server = raw_server(lambda _: done.wait(5))
    transport = transport_with(in_flight=1)

    def hold() -> None:
        with pytest.raises(EhrTooSlow):
            transport.send("GET", server.url, within=0.4)

    holding = threading.Thread(target=hold)
    holding.start()
    while not server.connections:
        time.sleep(0.01)

    with pytest.raises(EhrBusy):
        transport.send("POST", server.url, body=b"{}", within=0.1)
    holding.join()
    done.set()

    assert server.connections == 1


def test_the_usual_limits_are_those_of_the_design() -> None:
    limits = Limits()

    assert (limits.connect, limits.first_byte, limits.total) == (3, 8, 10)
    assert (limits.max_bytes, limits.in_flight, limits.retries) == (8_000_000, 20, 2)
    assert (limits.failures, limits.failure_window, limits.probe_every) == (5, 10, 5)

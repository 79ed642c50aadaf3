"""Calls made side by side: connections are reused, the order is kept, nobody waits for one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from smartapp.errors import EhrBusy, EhrTooSlow, NotFound, OutsideFhirBase, SmartappError
from smartapp.logs import REQUEST_ID
from smartapp.transport import Answer, Arrivals, Bearer, Transport
from smartapp.transport.arrivals import A_MOMENT


class CountingEhr(ThreadingHTTPServer):
    """Keeps connections open, and counts them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, delay: float) -> None:
        self.connections = 0
        self.delay = delay
        super().__init__(("127.0.0.1", 0), _Keeping)
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/fhir"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class _Keeping(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: CountingEhr

    def do_GET(self) -> None:
        time.sleep(self.server.delay)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name it has there)
        """Requests are counted, not printed."""


@pytest.fixture
def counting_ehr() -> Any:
    server = CountingEhr(delay=0.1)
    yield server
    server.shutdown()
    server.server_close()


def page(transport: Transport, base: str, searches: int = 12) -> list[Answer | SmartappError]:
    call = lambda: transport.send("GET", base, bearer=Bearer("t", base))  # noqa: E731  (a call to be made later)
    return transport.together([call] * searches, within=5)


def test_a_warm_page_makes_no_new_connection(
    counting_ehr: CountingEhr, transport: Transport
) -> None:
    page(transport, counting_ehr.url)
    assert counting_ehr.connections == 12

    started = time.monotonic()
    answers = page(transport, counting_ehr.url)
    took = time.monotonic() - started

    assert [getattr(answer, "status", answer) for answer in answers] == [200] * 12
    assert counting_ehr.connections == 12
    assert took < 12 * 0.1 / 2  # side by side, whatever else this machine is doing


def test_answers_and_failures_come_back_in_the_order_of_the_calls(
    ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/fhir/a").respond_with_data("a")
    ehr.expect_request("/fhir/b").respond_with_data(status=404)
    bearer = Bearer("t", ehr.url_for("/fhir"))

    def read(url: str) -> Callable[[], bytes]:
        return lambda: transport.send("GET", url, bearer=bearer).raise_for_status().body

    urls = [ehr.url_for("/fhir/a"), ehr.url_for("/fhir/b"), ehr.url_for("/elsewhere")]
    first, second, third = transport.together([read(url) for url in urls], within=5)

    assert first == b"a"
    assert isinstance(second, NotFound)
    assert isinstance(third, OutsideFhirBase)


def test_one_slow_search_does_not_hold_up_the_others(
    ehr: HTTPServer, raw_server: Callable[..., Any], transport: Transport
) -> None:
    done = threading.Event()
    hanging = raw_server(lambda _: done.wait(5))
    ehr.expect_request("/quick").respond_with_data("here")

    started = time.monotonic()
    slow, quick = transport.together(
        [
            lambda: transport.send("GET", hanging.url).body,
            lambda: transport.send("GET", ehr.url_for("/quick")).body,
        ],
        within=0.3,
    )
    done.set()

    assert time.monotonic() - started < 2.5
    assert isinstance(slow, EhrTooSlow)
    assert quick == b"here"


def test_a_call_cannot_outlive_the_page_it_was_made_for(
    ehr: HTTPServer, transport_with: Callable[..., Transport]
) -> None:
    ehr.expect_request("/").respond_with_data(status=503, headers={"Retry-After": "1"})
    transport = transport_with()
    ended = threading.Event()

    def call() -> int:
        try:
            return transport.send("GET", ehr.url_for("/")).status
        finally:
            ended.set()

    assert transport.together([call], within=0.3) == [503]
    assert ended.is_set()
    assert len(ehr.log) == 1


def test_the_name_of_the_request_reaches_the_threads(ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/").respond_with_data("{}")
    named = REQUEST_ID.set("r-42")
    transport.together([lambda: transport.send("GET", ehr.url_for("/"))] * 3, within=5)
    REQUEST_ID.reset(named)

    assert [request.headers["X-Request-Id"] for request, _ in ehr.log] == ["r-42"] * 3


def test_a_mistake_of_our_own_is_not_hidden_among_the_failures(transport: Transport) -> None:
    with pytest.raises(ZeroDivisionError):
        transport.together([lambda: 1 // 0], within=1)


def test_no_calls_are_answered_at_once(transport: Transport) -> None:
    assert transport.together([], within=1) == []


def test_a_connection_that_the_ehr_closed_meanwhile_is_replaced(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def serve() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        serving = threading.Thread(target=serve)
        serving.start()
        statuses = [transport.send("POST", url, body=b"{}").status]
        time.sleep(0.05)
        statuses.append(transport.send("POST", url, body=b"{}").status)
        serving.join()

    assert statuses == [200, 200]


def test_what_begins_after_its_page_has_ended_is_not_sent(
    ehr: HTTPServer, transport: Transport
) -> None:
    failures: list[SmartappError] = []
    over = threading.Event()

    def late() -> None:
        over.wait(5)
        with pytest.raises(EhrBusy) as raised:
            transport.send("POST", ehr.url_for("/"), body=b"{}")
        failures.append(raised.value)

    transport.together([late], within=0.05)
    over.set()
    while not failures:
        time.sleep(0.01)

    assert ehr.log == []


def arrivals_of(*waits: float | None) -> Arrivals[float]:
    """Calls that take so long, and some that never end."""
    futures: list[Future[float | SmartappError]] = [Future() for _ in waits]
    for future, wait in zip(futures, waits, strict=True):
        if wait:
            threading.Timer(wait, future.set_result, [wait]).start()
        elif wait is not None:
            future.set_result(wait)
    return Arrivals(futures, time.monotonic() + 0.6)


def test_what_comes_in_a_swarm_is_taken_together_and_waits_for_nothing_slower() -> None:
    swarm, later, late = arrivals_of(0.0, None, 0.0, 0.2)

    assert swarm == [(0, 0.0), (2, 0.0)]
    assert later == [(3, 0.2)]
    assert [(place, type(result)) for place, result in late] == [(1, EhrTooSlow)]


def test_the_last_to_come_is_not_kept_waiting_for_others() -> None:
    arrivals = iter(arrivals_of(0.0))
    started = time.monotonic()

    assert next(arrivals) == [(0, 0.0)]
    assert time.monotonic() - started < A_MOMENT

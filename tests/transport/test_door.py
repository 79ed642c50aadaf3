"""What leaves for an EHR, what does not, and how often."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from smartapp.errors import (
    EhrTooSlow,
    EhrUnreachable,
    NotFound,
    OutsideFhirBase,
    SmartappError,
)
from smartapp.logs import REQUEST_ID
from smartapp.transport import Answer, Bearer, Transport


def respond_in_turn(*responses: Response) -> Callable[[Request], Response]:
    waiting = list(responses)
    return lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]


# --- what is sent -----------------------------------------------------------------------------


@pytest.mark.smart(90)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_the_bearer_token_goes_along_with_every_kind_of_request(
    method: str, ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/fhir/Task/1").respond_with_data("{}")
    bearer = Bearer("token-of-ada", ehr.url_for("/fhir/"))

    transport.send(method, ehr.url_for("/fhir/Task/1"), bearer=bearer)

    sent = ehr.log[0][0]
    assert sent.method == method
    assert sent.headers["Authorization"] == "Bearer token-of-ada"
    assert "token-of-ada" not in sent.url


def test_a_request_carries_its_name_its_body_and_nothing_that_tells_of_the_machine(
    ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/fhir").respond_with_data("{}")
    named = REQUEST_ID.set("r-17")
    transport.send(
        "POST", ehr.url_for("/fhir"), headers={"Content-Type": "application/fhir+json"}, body=b"{}"
    )
    REQUEST_ID.reset(named)
    transport.send("GET", ehr.url_for("/fhir"), headers={"X-Request-Id": "r-18"})
    transport.send("GET", ehr.url_for("/fhir"))

    first, second, third = (request for request, _ in ehr.log)
    assert dict(first.headers) == {
        "Host": f"{ehr.host}:{ehr.port}",
        "Accept-Encoding": "gzip",
        "User-Agent": "smartapp",
        "Content-Type": "application/fhir+json",
        "Content-Length": "2",
        "X-Request-Id": "r-17",
    }
    assert first.get_data() == b"{}"
    assert second.headers["X-Request-Id"] == "r-18"
    assert "X-Request-Id" not in third.headers


def test_an_answer_has_its_status_headers_and_body(ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/fhir/Task").respond_with_data(
        '{"resourceType": "Task"}', status=201, headers={"ETag": 'W/"1"', "Location": "Task/1"}
    )

    answer = transport.send("POST", ehr.url_for("/fhir/Task"), body=b"{}")

    assert answer.status == 201
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.json() == {"resourceType": "Task"}


def test_a_cookie_of_the_ehr_is_never_sent_back(ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/fhir").respond_with_data(
        "{}", headers={"Set-Cookie": "session=of-ada; Path=/"}
    )

    for token in ("token-of-ada", "token-of-bob", "token-of-ada"):
        transport.send("GET", ehr.url_for("/fhir"), bearer=Bearer(token, ehr.url_for("/fhir")))

    assert [request.headers.get("Cookie") for request, _ in ehr.log] == [None] * 3


def test_nothing_in_the_environment_changes_where_or_as_whom_we_ask(
    ehr: HTTPServer,
    canary: HTTPServer,
    transport: Transport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine {ehr.host} login eve password eve\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, canary.url_for(""))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none"))
    ehr.expect_request("/fhir").respond_with_data("{}")

    transport.send("GET", ehr.url_for("/fhir"), bearer=Bearer("ours", ehr.url_for("/fhir")))
    transport.send("GET", ehr.url_for("/fhir"))

    assert [request.headers.get("Authorization") for request, _ in ehr.log] == ["Bearer ours", None]


@pytest.mark.smart(60, 91)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_an_answer_and_its_target_hears_nothing(
    status: int, method: str, ehr: HTTPServer, canary: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/token").respond_with_data(
        "", status=status, headers={"Location": canary.url_for("/token")}
    )

    answer = transport.send(
        method, ehr.url_for("/token"), body=b"client_assertion=secret" if method == "POST" else None
    )

    assert answer.status == status


def test_the_body_of_a_redirect_has_a_cap_too(ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/").respond_with_data(
        b"x" * 5_000, status=302, headers={"Location": ehr.url_for("/elsewhere")}
    )

    with pytest.raises(SmartappError):
        transport.send("GET", ehr.url_for("/"), max_bytes=1_000)


@pytest.mark.smart(1, 25)
@pytest.mark.parametrize(
    "url",
    [
        "http://ehr.example.org/fhir",
        "http://10.0.0.1/fhir",
        "http://127.0.0.1.example.org/fhir",
        "http://localhost@evil.example/fhir",
        "http://0.0.0.0/fhir",
        "ftp://localhost/fhir",
        "file:///etc/passwd",
        "",
        "localhost:8001/fhir",
    ],
)
def test_plain_http_goes_to_this_machine_only_and_nothing_else_is_an_address(
    url: str, transport: Transport
) -> None:
    assert not transport.permits(url)
    with pytest.raises(EhrUnreachable):
        transport.send("GET", url)


@pytest.mark.smart(1)
def test_in_production_plain_http_goes_nowhere(ehr: HTTPServer) -> None:
    transport = Transport()

    assert not transport.permits(ehr.url_for("/fhir"))
    assert transport.permits("https://ehr.example.org/fhir")
    with pytest.raises(EhrUnreachable):
        transport.send("GET", ehr.url_for("/fhir"))
    transport.close()
    assert ehr.log == []


@pytest.mark.parametrize("url", ["http://localhost:1/x", "http://127.0.0.1:1/x", "http://[::1]:1/"])
def test_in_development_plain_http_may_go_to_this_machine(url: str, transport: Transport) -> None:
    assert transport.permits(url)


def test_neither_a_log_nor_a_failure_tells_the_token_or_the_patient(
    ehr: HTTPServer, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ehr.expect_request("/fhir/Observation").respond_with_data("{}")
    bearer = Bearer("token-of-ada", ehr.url_for("/fhir"))
    transport.send("GET", ehr.url_for("/fhir/Observation?patient=ada"), bearer=bearer)
    with pytest.raises(EhrUnreachable) as refused:
        transport.send("GET", "http://127.0.0.1:9/fhir/Observation?patient=ada")

    logged = "".join(r.getMessage() for r in caplog.records if r.name != "werkzeug")  # the EHR's
    told = logged + repr(bearer) + repr(refused.value) + str(refused.value)
    assert "ada" not in told
    assert refused.value.__suppress_context__


# --- how often it is sent ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_read_that_met_a_passing_trouble_is_repeated(
    status: int, ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/").respond_with_handler(
        respond_in_turn(Response(status=status), Response(status=status), Response("{}"))
    )

    assert transport.send("GET", ehr.url_for("/")).status == 200
    assert len(ehr.log) == 3


def test_a_read_is_tried_three_times_at_most(ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/").respond_with_data(status=500)

    assert transport.send("GET", ehr.url_for("/")).status == 500
    assert len(ehr.log) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
def test_a_clear_no_is_not_asked_again(status: int, ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/").respond_with_data(status=status)

    assert transport.send("GET", ehr.url_for("/")).status == status
    assert len(ehr.log) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_write_is_sent_once(
    method: str, status: int, ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/").respond_with_data(status=status, headers={"Retry-After": "0"})

    assert transport.send(method, ehr.url_for("/"), body=b"{}").status == status
    assert len(ehr.log) == 1


@pytest.mark.smart(92)
def test_a_read_waits_as_long_as_a_busy_ehr_asks(ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/").respond_with_handler(
        respond_in_turn(Response(status=429, headers={"Retry-After": "1"}), Response("{}"))
    )

    started = time.monotonic()
    assert transport.send("GET", ehr.url_for("/")).status == 200
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("retry_after", ["3600", "10"])
def test_nobody_waits_for_an_ehr_that_asks_for_more_time_than_is_left(
    retry_after: str, ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/").respond_with_data(status=429, headers={"Retry-After": retry_after})

    started = time.monotonic()
    answer = transport.send("GET", ehr.url_for("/"))

    assert time.monotonic() - started < 1
    assert (answer.status, answer.retry_after) == (429, float(retry_after))
    assert len(ehr.log) == 1


# --- together ---------------------------------------------------------------------------------


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

    assert time.monotonic() - started < 0.5
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

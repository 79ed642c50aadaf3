"""What leaves for an EHR, what does not, and how often."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from smartapp.errors import (
    EhrUnreachable,
    SmartappError,
)
from smartapp.logs import REQUEST_ID
from smartapp.transport import Bearer, Transport


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
    assert refused.value.__cause__ is None


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

    assert time.monotonic() - started < 5
    assert (answer.status, answer.retry_after) == (429, float(retry_after))
    assert len(ehr.log) == 1

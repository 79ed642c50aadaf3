"""A body that is handed on as it arrives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from smartapp.errors import (
    AnswerLost,
    AnswerTooLarge,
    EhrBusy,
    EhrTooSlow,
    EhrUnreachable,
    OutsideFhirBase,
)
from smartapp.transport import Bearer, Flow, Transport


def opened(transport: Transport, base: str, path: str = "/file", cap: int = 1_000_000) -> Flow:
    base = base.rstrip("/")
    bearer = Bearer("token", base)
    return transport.open(f"{base}{path}", bearer=bearer, within=5.0, max_bytes=cap)


def test_the_first_bytes_can_be_looked_at_and_are_still_handed_on(
    ehr: HTTPServer, transport: Transport
) -> None:
    content = b"%PDF-1.7 " + bytes(range(256)) * 400
    ehr.expect_request("/file").respond_with_data(content, headers={"Content-Type": "x/y"})

    flow = opened(transport, ehr.url_for(""))

    assert flow.status == 200
    assert flow.headers["Content-Type"] == "x/y"
    assert flow.length == len(content)
    assert flow.first(5) == b"%PDF-"
    pieces = list(flow.pieces())
    assert len(pieces) > 2
    assert b"".join(pieces) == content


def test_more_than_the_cap_is_not_handed_on(ehr: HTTPServer, transport: Transport) -> None:
    ehr.expect_request("/file").respond_with_data(b"x" * 100_000)

    flow = opened(transport, ehr.url_for(""), cap=50_000)

    handed_on: list[bytes] = []
    with pytest.raises(AnswerTooLarge):
        handed_on.extend(flow.pieces())
    assert sum(map(len, handed_on)) <= 50_000


def test_a_body_that_breaks_off_raises(
    raw_server: Callable[..., object], transport: Transport
) -> None:
    def half(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it")

    server = raw_server(half)
    flow = opened(transport, server.url)  # type: ignore[attr-defined]  # a RawServer

    with pytest.raises(AnswerLost):
        flow.whole()


def test_a_body_that_trickles_ends_with_its_time(
    raw_server: Callable[..., object], transport: Transport
) -> None:
    over = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not over.wait(0.05):
            connection.sendall(b".")

    server = raw_server(trickle)
    base = server.url  # type: ignore[attr-defined]  # a RawServer
    flow = transport.open(f"{base}/file", bearer=Bearer("t", base), within=0.4, max_bytes=1000)
    with pytest.raises(EhrTooSlow):
        flow.whole()
    over.set()


def test_it_holds_one_of_the_ways_to_the_ehr_until_it_is_closed(
    ehr: HTTPServer, transport_with: Callable[..., Transport]
) -> None:
    narrow = transport_with(in_flight=1)
    ehr.expect_request("/file").respond_with_data(b"x" * 40_000)
    first = opened(narrow, ehr.url_for(""))

    bearer = Bearer("token", ehr.url_for("/file"))
    with pytest.raises(EhrBusy):
        narrow.open(ehr.url_for("/file"), bearer=bearer, within=0.1, max_bytes=50_000)
    first.close()
    first.close()

    for _ in range(2):  # closing twice has given back one way, not two
        assert opened(narrow, ehr.url_for("")).whole() == b"x" * 40_000


def test_a_failed_opening_gives_its_way_back(transport_with: Callable[..., Transport]) -> None:
    narrow = transport_with(in_flight=1)
    for _ in range(3):
        with pytest.raises(EhrUnreachable):
            opened(narrow, "http://127.0.0.1:9")


@pytest.mark.parametrize("place", ["http://127.0.0.1:1/file", "http://localhost/elsewhere"])
def test_the_token_goes_nowhere_but_to_its_base(
    ehr: HTTPServer, transport: Transport, place: str
) -> None:
    bearer = Bearer("token", ehr.url_for("/fhir"))
    with pytest.raises(OutsideFhirBase):
        transport.open(place, bearer=bearer, within=1.0, max_bytes=10)


def test_a_redirect_is_an_answer_and_is_not_followed(ehr: HTTPServer, transport: Transport) -> None:
    answer = Response(status=302, headers={"Location": ehr.url_for("/other")})
    ehr.expect_request("/file").respond_with_response(answer)

    with opened(transport, ehr.url_for("")) as flow:
        assert flow.status == 302
    assert [request.path for request, _ in ehr.log] == ["/file"]

"""What is an answer, where it ends, and what becomes of the connection that it came by."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from smartapp.errors import AnswerLost, EhrUnreachable, MalformedAnswer
from smartapp.transport import Transport

Script = Callable[[socket.socket], None]

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 2\r\n\r\n{}"


def answering(*answers: bytes) -> Script:
    """One after the other, on the same connection."""

    def script(connection: socket.socket) -> None:
        for answer in answers:
            connection.sendall(answer)
            if not connection.recv(65_536):
                return

    return script


@pytest.fixture
def once(transport_with: Callable[..., Transport]) -> Transport:
    return transport_with(retries=0, total=2.0)


# --- what is none -------------------------------------------------------------------------------

AMBIGUOUS = {
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}\n",
    "the same length twice": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a length beside chunks": OK
    + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a length with a sign": OK + b"Content-Length: +2\r\n\r\n{}",
    "a length that is none": OK + b"Content-Length: two\r\n\r\n{}",
    "a space before the colon": OK + b"Content-Length : 2\r\n\r\n{}",
    "a header without a name": OK + b": 2\r\nContent-Length: 2\r\n\r\n{}",
    "a zero byte in a header": OK + b"X-Odd: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
    "a size of a chunk that is none": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "a size of a chunk with a sign": OK
    + b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.0\r\n\r\n",
    "a status that is none": b"HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\n{}",
    "headers without an end": OK + b"X-Much: " + b"a" * 200_000,
    "more and more headers": OK + b"X-Many: 1\r\n" * 20_000,
    "promises of an answer without an end": b"HTTP/1.1 102 Processing\r\n\r\n" * 5_000,
    "chunks with long names": OK
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + (b"1;" + b"x" * 2_000 + b"\r\n \r\n") * 200,
}


@pytest.mark.parametrize("sent", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_two_programs_may_read_differently_is_no_answer(
    sent: bytes, raw_server: Callable[[Script], Any], once: Transport
) -> None:
    server = raw_server(lambda connection: connection.sendall(sent))

    with pytest.raises(AnswerLost):
        once.send("GET", server.url)


# --- what is one --------------------------------------------------------------------------------

PLAIN = {
    "by its length": WHOLE,
    "in chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    "in chunks, with a word after them": OK
    + b"Transfer-Encoding: chunked\r\n\r\n2;n=v\r\n{}\r\n0\r\nETag: x\r\n\r\n",
    "up to the end of the connection": OK + b"\r\n{}",
    "of an older protocol": b"HTTP/1.0 200 OK\r\n\r\n{}",
    "after a promise of one": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + WHOLE,
    "after a promise with words": b"HTTP/1.1 104 Soon\r\nContent-Length: 5\r\n\r\nhello" + WHOLE,
    "without a reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}",
    "with more behind it": WHOLE + b"HTTP/1.1 500 Oh no\r\nContent-Length: 0\r\n\r\n",
    "with rubbish behind it": WHOLE + b"\x00\x01 and so on",
}


@pytest.mark.parametrize("sent", PLAIN.values(), ids=PLAIN)
def test_an_answer_ends_where_it_says(
    sent: bytes, raw_server: Callable[[Script], Any], once: Transport
) -> None:
    server = raw_server(lambda connection: connection.sendall(sent))

    answer = once.send("GET", server.url)

    assert (answer.status, answer.body) == (200, b"{}")
    assert "Link" not in answer.headers
    assert "ETag" not in answer.headers


def test_headers_have_names_in_any_case_and_one_value_each(
    raw_server: Callable[[Script], Any], once: Transport
) -> None:
    sent = OK + b"VARY: a\r\nvary: b\r\nX-Name: Pe\xf1a \r\nContent-Length: 0\r\n\r\n"
    server = raw_server(lambda connection: connection.sendall(sent))

    headers = once.send("GET", server.url).headers

    assert (headers["Vary"], headers["x-name"], headers.get("None")) == ("a, b", "Peña", None)
    assert sorted(headers) == ["content-length", "vary", "x-name"]


# --- the connection -----------------------------------------------------------------------------

KEPT = {
    "an answer with a length": WHOLE,
    "an answer in chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "an answer without a body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
}
NOT_KEPT = {
    "the EHR closes it": OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}",
    "an older protocol": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "more came than was asked for": WHOLE + WHOLE,
    "rubbish came after it": WHOLE + b"rubbish",
    "the EHR would rather speak another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n"
    b"Connection: upgrade\r\n\r\n",
}


@pytest.mark.parametrize(
    ("sent", "connections"),
    [(each, 1) for each in KEPT.values()] + [(each, 2) for each in NOT_KEPT.values()],
    ids=[*KEPT, *NOT_KEPT],
)
def test_a_connection_serves_again_where_its_answer_came_whole_and_alone(
    sent: bytes, connections: int, raw_server: Callable[[Script], Any], once: Transport
) -> None:
    server = raw_server(answering(sent, sent))

    first, second = (once.send("GET", server.url) for _ in range(2))

    assert first.status == second.status
    assert server.connections == connections


def test_a_connection_that_the_ehr_has_closed_is_not_asked_again(
    raw_server: Callable[[Script], Any], once: Transport
) -> None:
    server = raw_server(lambda connection: connection.sendall(WHOLE))
    once.send("POST", server.url, body=b"{}")
    server._threads[0].join()

    assert once.send("POST", server.url, body=b"{}").status == 200
    assert server.connections == 2


def test_an_answer_that_comes_before_its_question_is_not_taken_for_one(
    raw_server: Callable[[Script], Any], once: Transport
) -> None:
    """Who puts an answer on a connection that is not in use speaks to nobody."""
    planted = OK + b"Content-Length: 7\r\n\r\nplanted"
    answered, put_there = threading.Event(), threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(WHOLE)
        answered.wait(2)
        connection.sendall(planted)
        put_there.set()
        connection.recv(65_536)

    server = raw_server(script)
    once.send("GET", server.url)
    answered.set()
    put_there.wait(2)

    assert once.send("GET", server.url).body == b"{}"
    assert server.connections == 2


# --- what is packed -----------------------------------------------------------------------------

BODY = b'{"resourceType": "Bundle"}' * 2_000
MEMBERS = gzip.compress(BODY[:30_000]) + gzip.compress(BODY[30_000:])


PACKED = {
    "as asked": (b"gzip", gzip.compress(BODY)),
    "by its old name": (b"x-gzip", gzip.compress(BODY)),
    "with words that change nothing": (b"GZIP, identity", gzip.compress(BODY)),
    "in two pieces": (b"gzip", MEMBERS),
    "with something behind it": (b"gzip", gzip.compress(BODY) + b"\x00" * 20),
    "twice": (b"gzip, gzip", gzip.compress(gzip.compress(BODY))),
    "not at all": (b"identity", BODY),
}


@pytest.mark.parametrize(("named", "packed"), PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("step", [1_000, 10**6])
def test_a_packed_body_is_unpacked_however_it_comes(
    named: bytes, packed: bytes, step: int, raw_server: Callable[[Script], Any], once: Transport
) -> None:
    def script(connection: socket.socket) -> None:
        length = b"Content-Length: %d\r\n\r\n" % len(packed)
        connection.sendall(OK + b"Content-Encoding: " + named + b"\r\n" + length)
        for at in range(0, len(packed), step):
            connection.sendall(packed[at : at + step])

    assert once.send("GET", raw_server(script).url).body == BODY


NOT_PACKED = {
    "cut short": (b"gzip", gzip.compress(BODY)[:-10]),
    "not packed": (b"gzip", b"{}"),
    "as nobody asked": (b"br", b"\x0b\x00\x80{}\x03"),
    "time and again": (b"gzip, gzip, gzip, gzip", gzip.compress(BODY)),
}


@pytest.mark.parametrize(("named", "packed"), NOT_PACKED.values(), ids=NOT_PACKED)
def test_what_cannot_be_unpacked_is_malformed(
    named: bytes, packed: bytes, raw_server: Callable[[Script], Any], once: Transport
) -> None:
    head = OK + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (named, len(packed))
    server = raw_server(lambda connection: connection.sendall(head + packed))

    with pytest.raises(MalformedAnswer):
        once.send("GET", server.url)


# --- what is asked ------------------------------------------------------------------------------


def test_an_address_is_sent_the_way_that_an_address_may_be_written(
    raw_server: Callable[[Script], Any], once: Transport
) -> None:
    server = raw_server(answering(WHOLE))

    once.send("GET", f"{server.url}/fhir/Task?code=a|b&name=Peña&share=5%&next=%7C")

    asked = server.received[0].split(b" ")[1]
    assert asked == b"/fhir/Task?code=a%7Cb&name=Pe%C3%B1a&share=5%25&next=%7C"


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nb", "a\x00b", "Łódź"])
def test_nothing_leaves_with_a_header_that_could_be_two(
    value: str, raw_server: Callable[[Script], Any], once: Transport
) -> None:
    server = raw_server(answering(WHOLE))

    with pytest.raises(EhrUnreachable):
        once.send("POST", server.url, headers={"If-Match": value}, body=b"{}")

    assert b"".join(server.received) == b""


def test_a_post_without_a_body_says_so(
    raw_server: Callable[[Script], Any], once: Transport
) -> None:
    server = raw_server(answering(WHOLE))

    once.send("POST", server.url)

    assert b"Content-Length: 0\r\n" in server.received[0]

"""An EHR that is down is left alone, and found again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from smartapp.errors import EhrTooSlow, EhrUnreachable
from smartapp.transport import Limits, Transport
from smartapp.transport.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=5, window=10, probe_every=5, clock=clock)


def test_five_failures_within_ten_seconds_open_it(breaker: Breaker, clock: Clock) -> None:
    for _ in range(5):
        assert breaker.lets_through()
        breaker.failed()
        clock.now += 2

    assert not breaker.lets_through()


def test_failures_far_apart_do_not_open_it(breaker: Breaker, clock: Clock) -> None:
    for _ in range(20):
        breaker.failed()
        assert breaker.lets_through()
        clock.now += 3


def test_one_slow_search_among_good_ones_does_not_open_it(breaker: Breaker) -> None:
    for _ in range(20):
        breaker.failed()
        breaker.worked()

    assert breaker.lets_through()


def test_while_open_one_probe_goes_through_every_five_seconds(
    breaker: Breaker, clock: Clock
) -> None:
    for _ in range(5):
        breaker.failed()

    passed = []
    for _ in range(12):
        clock.now += 1
        passed.append(breaker.lets_through())
        if passed[-1]:
            breaker.failed()

    assert passed == [False] * 4 + [True] + [False] * 4 + [True] + [False] * 2


def test_failures_that_arrive_late_do_not_put_the_probe_off(breaker: Breaker, clock: Clock) -> None:
    for _ in range(5):
        breaker.failed()
    clock.now += 4
    breaker.failed()
    clock.now += 1

    assert breaker.lets_through()


def test_a_probe_that_works_closes_it(breaker: Breaker, clock: Clock) -> None:
    for _ in range(5):
        breaker.failed()
    clock.now += 5
    assert breaker.lets_through()
    breaker.worked()

    assert breaker.lets_through()
    breaker.failed()
    assert breaker.lets_through()


def test_an_ehr_that_went_down_is_asked_no_more_until_a_probe_finds_it_back(
    ehr: HTTPServer, clock: Clock
) -> None:
    ehr.expect_request("/down").respond_with_data(status=502)
    ehr.expect_request("/up").respond_with_data("{}")
    transport = Transport(Limits(), allow_http=True, clock=clock)

    for _ in range(5):
        assert transport.send("POST", ehr.url_for("/down"), body=b"").status == 502
    with pytest.raises(EhrUnreachable):
        transport.send("GET", ehr.url_for("/up"))
    assert len(ehr.log) == 5

    clock.now += 5
    assert transport.send("GET", ehr.url_for("/up")).status == 200
    assert transport.send("GET", ehr.url_for("/up")).status == 200
    transport.close()


def test_the_outage_of_one_ehr_does_not_close_the_way_to_another(
    ehr: HTTPServer, transport: Transport
) -> None:
    ehr.expect_request("/up").respond_with_data("{}")
    for _ in range(6):
        with pytest.raises(EhrUnreachable):
            transport.send("GET", "http://127.0.0.1:9/nobody-listens-here")

    assert transport.send("GET", ehr.url_for("/up")).status == 200


def test_a_caller_in_a_hurry_does_not_make_an_ehr_look_down(
    raw_server: Callable[..., Any], transport: Transport
) -> None:
    done = threading.Event()
    server = raw_server(lambda _: done.wait(5))
    for _ in range(6):
        with pytest.raises(EhrTooSlow):
            transport.send("GET", server.url, within=0.02)
    done.set()

    assert server.connections == 6


def test_an_ehr_that_keeps_everybody_waiting_is_left_alone(
    raw_server: Callable[..., Any], transport_with: Callable[..., Transport]
) -> None:
    done = threading.Event()
    server = raw_server(lambda _: done.wait(5))
    transport = transport_with(first_byte=0.02)
    for _ in range(5):
        with pytest.raises(EhrTooSlow):
            transport.send("GET", server.url)
    with pytest.raises(EhrUnreachable):
        transport.send("GET", server.url)
    done.set()

    assert server.connections == 5

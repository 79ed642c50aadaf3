"""Out of the frame: a ticket carries a session into a window of its own, once, within a minute."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from redis import Redis

from smartapp.errors import NoSession, SessionEnded, TicketUsed
from smartapp.sessions import (
    ActiveLaunch,
    BegunLaunch,
    EndReason,
    Launches,
    RedisStore,
    Store,
    Tickets,
    Vault,
)
from tests.sessions.conftest import Clock
from tests.sessions.people import CANARIES, CANARY_ACCESS, launched


@pytest.fixture
def tickets(store: Store, vault: Vault, launches: Launches, clock: Clock) -> Tickets:
    return Tickets(store, vault, launches, clock)


@pytest.fixture
def framed(launches: Launches) -> tuple[ActiveLaunch, str]:
    return launches.open(launched())


def refused(tickets: Tickets, ticket: str) -> None:
    with pytest.raises(TicketUsed):
        tickets.redeem(ticket)


def moving(redeemed: BegunLaunch | tuple[ActiveLaunch, str]) -> tuple[ActiveLaunch, str]:
    assert not isinstance(redeemed, BegunLaunch)
    return redeemed


def test_the_session_goes_on_under_another_name_and_secret(
    tickets: Tickets, launches: Launches, clock: Clock, framed: tuple[ActiveLaunch, str]
) -> None:
    active, secret = framed
    clock.passes(30)

    moved, new_secret = moving(tickets.redeem(tickets.issue(active, secret)))

    assert launches.find(moved.lid, new_secret) == moved
    assert moved.launched == replace(active.launched, lid=moved.lid)
    assert (moved.opened_at, moved.upkeep) == (active.opened_at, active.upkeep)
    assert moved.last_seen == clock.now
    assert moved.own_window
    assert not active.own_window
    assert len({moved.lid, active.lid, new_secret, secret}) == 4
    assert moved.csrf_token != active.csrf_token
    assert moved.handle_key != active.handle_key


def test_the_frame_has_no_session_any_more(
    tickets: Tickets, launches: Launches, framed: tuple[ActiveLaunch, str]
) -> None:
    active, secret = framed

    moved, new_secret = moving(tickets.redeem(tickets.issue(active, secret)))

    with pytest.raises(SessionEnded) as ended:
        launches.find(active.lid, secret)
    assert ended.value.reason == EndReason.MOVED
    for wrong in ((active.lid, new_secret), (moved.lid, secret)):
        with pytest.raises(NoSession):
            launches.find(*wrong)


def test_a_ticket_is_good_once(tickets: Tickets, framed: tuple[ActiveLaunch, str]) -> None:
    ticket = tickets.issue(*framed)
    tickets.redeem(ticket)

    refused(tickets, ticket)


def test_twenty_who_redeem_at_once_get_one_session(
    tickets: Tickets, framed: tuple[ActiveLaunch, str]
) -> None:
    issued = [tickets.issue(*framed) for _ in range(2)]

    def redeem(i: int) -> bool:
        try:
            tickets.redeem(issued[i % 2])
        except TicketUsed:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(redeem, range(20))) == 1


def test_a_ticket_is_good_for_a_minute(
    tickets: Tickets, clock: Clock, framed: tuple[ActiveLaunch, str]
) -> None:
    in_time, too_late = tickets.issue(*framed), tickets.issue(*framed)
    clock.passes(60)
    refused(tickets, too_late)

    clock.passes(-1)
    tickets.redeem(in_time)


def test_where_there_is_no_session_yet_a_ticket_carries_the_launch(tickets: Tickets) -> None:
    begun = BegunLaunch("https://ehr.example/fhir", "launch-of-the-chart")
    ticket = tickets.issue_launch(begun)

    assert tickets.redeem(ticket) == begun
    refused(tickets, ticket)


@pytest.mark.parametrize("ticket", ["", "made-up", "\ud800", "x" * 100_000, "\x00"])
def test_a_ticket_that_nobody_issued_opens_nothing(tickets: Tickets, ticket: str) -> None:
    refused(tickets, ticket)


def test_a_session_that_ended_meanwhile_is_not_brought_back(
    tickets: Tickets, launches: Launches, clock: Clock, framed: tuple[ActiveLaunch, str]
) -> None:
    ticket = tickets.issue(*framed)
    launches.end(*framed_names(framed))
    refused(tickets, ticket)

    other = launches.open(launched())
    ticket = tickets.issue(*other)
    clock.passes(1)
    launches.revoke_all()
    refused(tickets, ticket)


def framed_names(framed: tuple[ActiveLaunch, str]) -> tuple[str, str]:
    active, secret = framed
    return active.lid, secret


def test_the_move_takes_along_a_token_that_was_renewed_since(
    tickets: Tickets, launches: Launches, framed: tuple[ActiveLaunch, str]
) -> None:
    active, secret = framed
    ticket = tickets.issue(active, secret)
    newer = replace(active.launched.token, access="second")
    launches.save(replace(active, launched=replace(active.launched, token=newer)), secret)

    moved, _ = moving(tickets.redeem(ticket))

    assert moved.launched.token.access == "second"
    assert CANARY_ACCESS != "second"


def test_a_window_of_its_own_does_not_make_a_session_younger(
    tickets: Tickets, launches: Launches, clock: Clock, framed: tuple[ActiveLaunch, str]
) -> None:
    clock.passes(600)
    moved, _ = moving(tickets.redeem(tickets.issue(*framed)))

    assert launches.ends_at(moved) == clock.now + 20 * 60
    assert moved.opened_at == clock.now - 600


def test_nothing_about_a_ticket_can_be_read_in_redis_or_in_a_log(
    redis_store: RedisStore,
    redis_client: Redis,
    vault: Vault,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    launches = Launches(redis_store, vault, clock)
    tickets = Tickets(redis_store, vault, launches, clock)
    active, secret = launches.open(launched())

    ticket = tickets.issue(active, secret)

    (key,) = redis_client.keys("smartapp:ticket:*")
    assert 0 < redis_client.ttl(key) <= 60
    kept = repr((key, redis_client.get(key)))
    for hidden in (ticket, secret, active.lid, "north", *CANARIES):
        assert hidden not in kept
    with pytest.raises(TicketUsed) as failure:
        tickets.redeem("made-up")
    assert ticket not in f"{failure.value!r} {caplog.text}"

"""A new server key while people work: nobody is logged off, no draft and no submission is lost.

First every worker learns the new key, behind the old one; then it is put in front; when what the
old one sealed has ended, it is taken out. In between workers of both kinds serve the same people.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest

from smartapp.launch import PendingLaunch, Role
from smartapp.sessions import (
    Drafts,
    Launches,
    Outbox,
    Renewal,
    Store,
    SubmissionState,
    Tickets,
    Vault,
)
from tests.sessions.conftest import NEW_KEY, OLD_KEY, Clock
from tests.sessions.endpoint import StrictEndpoint
from tests.sessions.people import ANA, launched, pending, refill, token
from tests.sessions.work import finish

BEFORE, LEARNED, IN_FRONT, AFTER = (
    (OLD_KEY,),
    (OLD_KEY, NEW_KEY),
    (NEW_KEY, OLD_KEY),
    (NEW_KEY,),
)


@dataclass(frozen=True)
class Worker:
    launches: Launches
    drafts: Drafts
    outbox: Outbox
    tickets: Tickets
    renewal: Renewal


def worker(store: Store, clock: Clock, keys: tuple[bytes, ...]) -> Worker:
    vault = Vault(keys)
    launches = Launches(store, vault, clock)
    return Worker(
        launches,
        Drafts(store, vault, clock),
        Outbox(store, vault, clock),
        Tickets(store, vault, launches, clock),
        Renewal(launches, store, StrictEndpoint(), clock, clock.passes),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [(BEFORE, LEARNED), (LEARNED, IN_FRONT), (IN_FRONT, LEARNED), (IN_FRONT, AFTER)],
    ids=["learning it", "putting it in front", "putting it back", "taking the old one out"],
)
def test_two_workers_of_neighbouring_steps_serve_the_same_people(
    store: Store, clock: Clock, one: tuple[bytes, ...], other: tuple[bytes, ...]
) -> None:
    """What the one writes the other reads, except in the last step: there all was sealed anew."""
    first, second = worker(store, clock, one), worker(store, clock, other)
    active, secret = first.launches.open(launched())
    first.drafts.save(ANA, Role.PATIENT, "refill", {"words": ["my knee hurts"]})
    submission = first.outbox.receive(refill(), token())
    ticket = first.tickets.issue(*first.launches.open(launched()))
    binding = first.launches.hold(pending())

    assert second.launches.find(active.lid, secret) == active
    draft = second.drafts.find(ANA, "refill")
    assert draft is not None
    assert draft.fields == {"words": ["my knee hurts"]}
    assert second.outbox.find(submission.sid, ANA) == submission
    assert [each.sid for each in second.outbox.of(ANA)] == [submission.sid]
    second.tickets.redeem(ticket)
    assert isinstance(second.launches.take_pending(pending().state, binding), PendingLaunch)


def test_a_whole_rotation_under_work_logs_nobody_off_and_loses_nothing(
    store: Store, clock: Clock
) -> None:
    steps = [worker(store, clock, keys) for keys in (BEFORE, LEARNED, IN_FRONT, AFTER)]
    active, secret = steps[0].launches.open(launched(lives=300))
    submission = steps[0].outbox.receive(refill(), token())

    for one, next_one in pairwise(steps):
        if next_one is steps[-1]:  # the old key stays until what it sealed is delivered
            finish(one.outbox, submission)
            assert one.outbox.unfinished() == ()
        for each in (one, next_one, one, next_one):  # a rolling start: both at work
            clock.passes(30)
            active = each.launches.find(active.lid, secret)
            text = {"words": [f"at {clock.now}"]}
            each.drafts.save(ANA, Role.PATIENT, "refill", text)
            for reader in (one, next_one):
                draft = reader.drafts.find(ANA, "refill")
                assert draft is not None
                assert draft.fields == text
                assert [found.sid for found in reader.outbox.of(ANA)] == [submission.sid]
            each.outbox.give_token(submission.sid, ANA, token(text["words"][0]))

    (confirmed,) = steps[-1].outbox.of(ANA)
    assert confirmed.state is SubmissionState.CONFIRMED
    fresh = steps[-1].renewal.fresh(active, secret)
    assert fresh.launched.token.access == "access-1"
    assert fresh.opened_at == active.opened_at

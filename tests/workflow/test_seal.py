"""Only what the rules of this app decided is taken for their decision, whoever wrote it down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from smartapp.fhir.routing import Routing
from smartapp.workflow.seal import Seal

OLD, NEW = b"o" * 48, b"n" * 48
SID, MARIA = "6d0c9e36-9d2a-4c5f-8d0c-000000000001", "Patient/maria"
ROUTING = Routing(
    queue="refills",
    priority="routine",
    due=datetime(2026, 10, 15, 15, 0, tzinfo=UTC),
    rule="everything-else",
    reason="Refill without anything unusual.",
    policy_version="2026.11",
    summary="no red flags",
)


def test_what_was_sealed_holds_and_nothing_else_does() -> None:
    seal = Seal((NEW,))
    sealed = seal.sealed(ROUTING, SID, MARIA)

    assert seal.holds(sealed, SID, MARIA)
    assert not seal.holds(ROUTING, SID, MARIA)
    assert not seal.holds(sealed, SID, "Patient/another")
    assert not seal.holds(sealed, SID.replace("1", "2"), MARIA)
    assert not seal.holds(sealed, None, MARIA)


@pytest.mark.parametrize(
    "forged",
    [
        {"queue": "physician"},
        {"priority": "stat"},
        {"due": ROUTING.due and ROUTING.due - timedelta(hours=40)},
        {"due": None},
        {"rule": "none-left"},
        {"reason": "The doctor said that this goes first."},
        {"policy_version": "2027.1"},
        {"summary": "RED FLAG fainting"},
        {"red_flags": ("fainting",)},
        {"seal": "not base64!"},
        {"seal": ""},
    ],
)
def test_any_change_breaks_it(forged: dict[str, object]) -> None:
    seal = Seal((NEW,))

    assert not seal.holds(replace(seal.sealed(ROUTING, SID, MARIA), **forged), SID, MARIA)  # type: ignore[arg-type]


def test_the_same_moment_in_another_zone_and_other_spaces_are_no_change() -> None:
    seal = Seal((NEW,))
    sealed = seal.sealed(ROUTING, SID, MARIA)
    central = datetime.fromisoformat("2026-10-15T10:00:00-05:00")

    assert seal.holds(replace(sealed, due=central), SID, MARIA)
    assert seal.holds(replace(sealed, reason=f" {sealed.reason}\n"), SID, MARIA)


def test_a_key_that_is_rotated_still_vouches_until_it_is_no_longer_listed() -> None:
    sealed = Seal((OLD,)).sealed(ROUTING, SID, MARIA)

    assert Seal((NEW, OLD)).holds(sealed, SID, MARIA)
    assert not Seal((NEW,)).holds(sealed, SID, MARIA)
    assert Seal((OLD,)).sealed(ROUTING, SID, MARIA) != Seal((NEW,)).sealed(ROUTING, SID, MARIA)

"""A session gets new tokens, another language, a new server key; never another patient."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from smartapp.errors import ClaimLost, ContextChanged, NoSession
from smartapp.launch import Role
from smartapp.sessions import ActiveLaunch, Launches, Store, Vault
from tests.sessions.conftest import NEW_KEY, OLD_KEY, Clock
from tests.sessions.people import launched, token

MINUTE = 60.0


def with_token(active: ActiveLaunch, access: str) -> ActiveLaunch:
    return replace(active, launched=replace(active.launched, token=token(access)))


def test_a_new_token_and_language_are_kept(launches: Launches, clock: Clock) -> None:
    active, secret = launches.open(launched())
    clock.passes(60)
    changed = replace(with_token(active, "second"), locale="en")

    saved = launches.save(changed, secret)

    found = launches.find(active.lid, secret, touch=False)
    assert found == saved
    assert found.launched.token.access == "second"
    assert found.upkeep.since == clock.now
    assert found.locale == "en"
    assert found.opened_at == active.opened_at


@pytest.mark.parametrize(
    "change",
    [
        {"patient_id": "somebody-else"},
        {"patient_id": None},
        {"user": replace(launched().user, sub="somebody-else")},
        {"user": replace(launched().user, role=Role.STAFF)},
        {"iss": "https://other.example/fhir"},
        {"encounter_id": "9"},
    ],
    ids=str,
)
def test_patient_person_and_role_of_a_session_never_change(
    launches: Launches, change: dict[str, object]
) -> None:
    active, secret = launches.open(launched())
    moved = replace(active, launched=replace(active.launched, **change))  # type: ignore[arg-type]  # fields by name

    with pytest.raises(ContextChanged):
        launches.save(moved, secret)
    assert launches.find(active.lid, secret) == active


def test_of_two_who_refresh_at_once_one_is_told_to_look_again(launches: Launches) -> None:
    active, secret = launches.open(launched())
    launches.save(with_token(active, "first"), secret)

    with pytest.raises(ClaimLost):
        launches.save(with_token(active, "second"), secret)

    again = launches.find(active.lid, secret)
    assert again.launched.token.access == "first"
    assert launches.save(with_token(again, "second"), secret).launched.token.access == "second"


def test_of_twenty_who_refresh_at_once_one_token_is_kept(launches: Launches) -> None:
    active, secret = launches.open(launched())

    def refresh(i: int) -> str | None:
        try:
            return launches.save(with_token(active, f"token-{i}"), secret).launched.token.access
        except ClaimLost:
            return None

    with ThreadPoolExecutor(20) as pool:
        kept = [each for each in pool.map(refresh, range(20)) if each]

    assert kept == [launches.find(active.lid, secret).launched.token.access]


def test_a_touch_in_between_does_not_get_in_the_way_of_a_save(
    launches: Launches, clock: Clock
) -> None:
    active, secret = launches.open(launched())
    clock.passes(60)
    launches.find(active.lid, secret)

    saved = launches.save(with_token(active, "second"), secret)

    assert saved.last_seen == clock.now


def test_a_save_does_not_bring_an_ended_session_back(launches: Launches) -> None:
    active, secret = launches.open(launched())
    launches.end(active.lid, secret)

    with pytest.raises(NoSession):
        launches.save(with_token(active, "second"), secret)
    with pytest.raises(NoSession):
        launches.find(active.lid, secret)


def test_a_save_needs_the_secret_too(launches: Launches) -> None:
    active, _ = launches.open(launched())

    with pytest.raises(NoSession):
        launches.save(with_token(active, "second"), "made-up")


def test_a_new_server_key_logs_nobody_out(store: Store, clock: Clock) -> None:
    before = Launches(store, Vault((OLD_KEY,)), clock)
    during = Launches(store, Vault((NEW_KEY, OLD_KEY)), clock)
    after = Launches(store, Vault((NEW_KEY,)), clock)
    active, secret = before.open(launched())

    assert during.find(active.lid, secret) == active
    clock.passes(60)
    touched = during.find(active.lid, secret)  # sealed with the new key from here on

    assert after.find(active.lid, secret) == touched


def test_without_its_server_key_a_session_is_over(store: Store, clock: Clock) -> None:
    active, secret = Launches(store, Vault((OLD_KEY,)), clock).open(launched())

    with pytest.raises(NoSession):
        Launches(store, Vault((NEW_KEY,)), clock).find(active.lid, secret)


def test_a_token_that_ended_long_ago_does_not_end_the_session(
    launches: Launches, clock: Clock
) -> None:
    """Whether to refresh it or to ask for a new login is not decided here."""
    active, secret = launches.open(launched(lives=1))
    clock.passes(10 * MINUTE)

    assert launches.find(active.lid, secret).launched.token.expires_at < clock.now

"""Between leaving for the EHR's login and coming back, one browser is one browser."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from smartapp.errors import LaunchExpired, LaunchInAnotherBrowser
from smartapp.launch import PendingLaunch
from smartapp.sessions import Launches, Store, Vault
from tests.sessions.conftest import NEW_KEY, OLD_KEY, Clock
from tests.sessions.people import pending

MINUTE = 60.0


def test_the_browser_that_left_comes_back_to_its_launch(launches: Launches) -> None:
    secret = launches.hold(pending())

    assert launches.take_pending(pending().state, secret) == pending()


def test_a_state_is_used_once(launches: Launches) -> None:
    secret = launches.hold(pending())
    launches.take_pending(pending().state, secret)

    with pytest.raises(LaunchExpired):
        launches.take_pending(pending().state, secret)


def test_a_state_that_nobody_gave_out_is_refused(launches: Launches) -> None:
    for state in ("", "made-up", "x" * 100_000, "\ud800", "a\x00b"):
        with pytest.raises(LaunchExpired):
            launches.take_pending(state, "secret")
        assert launches.lid_of(state) is None


@pytest.mark.parametrize("secret", [None, "", "made-up", "\ud800"])
def test_without_the_cookie_the_launch_is_refused_and_used_up(
    launches: Launches, secret: str | None
) -> None:
    right = launches.hold(pending())

    with pytest.raises(LaunchInAnotherBrowser):
        launches.take_pending(pending().state, secret)
    with pytest.raises(LaunchExpired):
        launches.take_pending(pending().state, right)


def test_the_cookie_of_another_launch_does_not_help(launches: Launches) -> None:
    launches.hold(pending())
    attackers = launches.hold(pending(state="state-of-the-attacker"))

    with pytest.raises(LaunchInAnotherBrowser):
        launches.take_pending(pending().state, attackers)


def test_after_ten_minutes_a_launch_is_over(launches: Launches, clock: Clock) -> None:
    in_time, late = launches.hold(pending("one")), launches.hold(pending("two"))

    clock.passes(9.9 * MINUTE)
    launches.take_pending("one", in_time)
    clock.passes(0.2 * MINUTE)
    with pytest.raises(LaunchExpired):
        launches.take_pending("two", late)


def test_the_state_tells_which_cookie_to_look_for_and_stays_usable(launches: Launches) -> None:
    secret = launches.hold(pending())

    assert launches.lid_of(pending().state) == pending().lid
    launches.take_pending(pending().state, secret)
    assert launches.lid_of(pending().state) is None


def test_of_twenty_callbacks_at_once_one_gets_the_launch(launches: Launches) -> None:
    secret = launches.hold(pending())

    def come_back(_: int) -> PendingLaunch | None:
        try:
            return launches.take_pending(pending().state, secret)
        except LaunchExpired:
            return None

    with ThreadPoolExecutor(20) as pool:
        got = list(pool.map(come_back, range(20)))

    assert sum(each is not None for each in got) == 1


def test_a_launch_under_a_removed_key_has_expired(store: Store, clock: Clock) -> None:
    secret = Launches(store, Vault((OLD_KEY,)), clock).hold(pending())

    with pytest.raises(LaunchExpired):
        Launches(store, Vault((NEW_KEY,)), clock).take_pending(pending().state, secret)

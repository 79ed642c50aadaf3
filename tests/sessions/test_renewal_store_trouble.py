"""The store fails while a token is renewed: nothing that the EHR gave is lost, and nothing is sent
that was not written down before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from smartapp.auth.token_answer import TokenAnswer
from smartapp.errors import ContextChanged, EhrUnreachable, StoreUnavailable, TokenRefused
from smartapp.launch import Launched
from smartapp.sessions import ActiveLaunch, Launches, MemoryStore, Renewal, Vault
from tests.sessions.conftest import Clock
from tests.sessions.endpoint import StrictEndpoint, answers, fails
from tests.sessions.people import CANARY_ACCESS, CANARY_REFRESH, launched

LIFE = 600.0


class Troubled:
    """A store whose changes fail for a while, before or after they were carried out."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.failures = 0
        self.carries_out = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        command: Callable[..., Any] = getattr(self._store, name)

        def carried_out(*arguments: Any) -> Any:
            if name not in {"replace", "put", "delete", "lease"} or not self.failures:
                return command(*arguments)
            self.failures -= 1
            if self.carries_out:
                command(*arguments)
            raise StoreUnavailable

        return carried_out


class World:
    """A session whose token is about to end, and an EHR at whose answer the trouble begins."""

    def __init__(self, vault: Vault, clock: Clock, endpoint: StrictEndpoint) -> None:
        self.store = MemoryStore(clock)
        self.trouble = Troubled(self.store)
        store: Any = self.trouble
        self.launches = Launches(store, vault, clock)
        self.endpoint = endpoint
        self.at_the_answer = 0
        self.renewal = Renewal(self.launches, store, self._asked, clock, clock.passes)
        self.active, self.secret = self.launches.open(launched(lives=LIFE))
        clock.passes(LIFE - 30)

    def _asked(self, launched_: Launched) -> TokenAnswer:
        try:
            return self.endpoint(launched_)
        finally:
            self.trouble.failures = self.at_the_answer

    def fresh(self) -> ActiveLaunch:
        return self.renewal.fresh(self.active, self.secret)

    def stored(self) -> ActiveLaunch:
        return self.launches.find(self.active.lid, self.secret, touch=False)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_store_that_takes_nothing_lets_people_go_on_and_asks_the_ehr_nothing(
    vault: Vault, clock: Clock, failures: int
) -> None:
    """The first to fail is the lease; the second is what is written before the token is sent."""
    world = World(vault, clock, StrictEndpoint())
    world.trouble.failures = 100 if failures == 1 else 0
    if failures == 2:
        world.store.lease = _then(world.store.lease, lambda: _fails(world))  # type: ignore[method-assign]  # it begins there

    assert world.fresh() == world.active

    assert world.endpoint.calls == 0
    clock.passes(30)
    world.trouble.failures = 100
    with pytest.raises(StoreUnavailable):
        world.fresh()
    assert world.endpoint.calls == 0


def test_a_hiccup_does_not_lose_the_new_token(vault: Vault, clock: Clock) -> None:
    world = World(vault, clock, StrictEndpoint())
    world.at_the_answer = 2

    fresh = world.fresh()

    assert fresh.launched.token.access == "access-1"
    assert world.stored() == fresh


def test_a_change_that_was_carried_out_although_the_store_said_nothing_is_found(
    vault: Vault, clock: Clock
) -> None:
    world = World(vault, clock, StrictEndpoint())
    world.at_the_answer = 1
    world.trouble.carries_out = True

    fresh = world.fresh()

    assert fresh.launched.token.access == "access-1"
    assert world.stored() == fresh
    assert world.endpoint.calls == 1


def test_a_token_that_cannot_be_written_down_serves_who_asked_for_it(
    vault: Vault, clock: Clock
) -> None:
    world = World(vault, clock, StrictEndpoint())
    world.at_the_answer = 100

    assert world.fresh().launched.token.access == "access-1"

    world.trouble.failures = 0
    clock.passes(-20)
    assert world.stored().launched.token.access == CANARY_ACCESS
    assert world.fresh().launched.token.access == CANARY_ACCESS
    assert (world.endpoint.calls, world.endpoint.reused) == (1, 0)


@pytest.mark.parametrize("failures", [1, 100])
def test_an_answer_about_another_patient_is_not_used_whatever_the_store_does(
    vault: Vault, clock: Clock, failures: int
) -> None:
    world = World(vault, clock, StrictEndpoint(answers(patient="somebody-else")))
    world.at_the_answer = failures

    with pytest.raises(ContextChanged):
        world.fresh()


def test_a_failure_that_cannot_be_written_down_leaves_the_token_unused(
    vault: Vault, clock: Clock
) -> None:
    world = World(vault, clock, StrictEndpoint(*[fails(EhrUnreachable())] * 3))
    world.at_the_answer = 100

    assert world.fresh().launched.token.access == CANARY_ACCESS

    world.trouble.failures = 0
    assert world.stored().launched.token.refresh == CANARY_REFRESH
    assert world.fresh().launched.token.access == CANARY_ACCESS
    assert world.endpoint.calls == 3


def test_a_refusal_that_cannot_be_written_down_is_not_asked_for_again(
    vault: Vault, clock: Clock
) -> None:
    world = World(vault, clock, StrictEndpoint(fails(TokenRefused("invalid_grant"))))
    world.at_the_answer = 100

    assert world.fresh().launched.token.access == CANARY_ACCESS

    world.trouble.failures = 0
    assert world.fresh().launched.token.access == CANARY_ACCESS
    assert world.endpoint.calls == 1


def _then(work: Callable[..., Any], also: Callable[[], None]) -> Callable[..., Any]:
    def both(*arguments: Any) -> Any:
        result = work(*arguments)
        also()
        return result

    return both


def _fails(world: World) -> None:
    world.trouble.failures = 100

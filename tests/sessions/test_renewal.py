"""When a session gets a new token, what it keeps, and what each failure of the EHR does to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smartapp.auth.token_answer import TokenAnswer
from smartapp.errors import (
    AnswerLost,
    ContextChanged,
    DiscoveryFailed,
    EhrBusy,
    EhrError,
    EhrServerError,
    EhrTooSlow,
    EhrUnreachable,
    MalformedAnswer,
    SessionEnded,
    SmartappError,
    TokenMalformed,
    TokenNotAccepted,
    TokenRefused,
)
from smartapp.sessions import ActiveLaunch, EndReason, Launches, Renewal, Store, Vault
from smartapp.sessions.renewal import DEADLINE_SECONDS
from tests.sessions.conftest import Clock
from tests.sessions.endpoint import (
    StrictEndpoint,
    answers,
    fails,
    keeps_the_refresh_token,
    loses,
)
from tests.sessions.people import CANARY_ACCESS, CANARY_REFRESH, HOUR, launched

Renewing = Callable[[StrictEndpoint], Renewal]
MINUTE = 60.0
LIFE = 10 * MINUTE


@pytest.fixture
def renewing(launches: Launches, store: Store, clock: Clock) -> Renewing:
    return lambda endpoint: Renewal(launches, store, endpoint, clock, clock.passes)


def opened(launches: Launches, lives: float = LIFE) -> tuple[ActiveLaunch, str]:
    return launches.open(launched(lives=lives))


def access(active: ActiveLaunch) -> str:
    return active.launched.token.access


# --- when -------------------------------------------------------------------------------------


@pytest.mark.smart(93)
@pytest.mark.parametrize(
    ("lives", "left_alone_until", "renewed_at"),
    [
        (HOUR, HOUR - 61, HOUR - 60),  # a minute before its end
        (200, 159, 160),  # or when a fifth of a short life is left
        (60, 59, 60),  # but not within a minute after the last time,
        (5, 4, 5),  # unless it is dead
    ],
)
def test_a_token_is_renewed_shortly_before_its_end(
    store: Store,
    vault: Vault,
    clock: Clock,
    lives: float,
    left_alone_until: float,
    renewed_at: float,
) -> None:
    endpoint = StrictEndpoint()
    launches = Launches(store, vault, clock, patient_idle=2 * HOUR)
    renewal = Renewal(launches, store, endpoint, clock, clock.passes)
    active, secret = opened(launches, lives)

    clock.passes(left_alone_until)
    assert renewal.fresh(active, secret) is active
    assert endpoint.calls == 0
    clock.passes(renewed_at - left_alone_until)
    fresh = renewal.fresh(active, secret)

    assert access(fresh) == "access-1"
    assert endpoint.calls == 1
    assert launches.find(active.lid, secret, touch=False) == fresh


@pytest.mark.smart(93, 100)
def test_a_tokens_life_is_counted_from_when_the_answer_arrived(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    def slowly(endpoint: StrictEndpoint, sent: str) -> TokenAnswer:
        clock.passes(8)
        return endpoint.rotate(sent)

    active, secret = opened(launches)
    clock.passes(LIFE - 30)

    fresh = renewing(StrictEndpoint(slowly, lives=100)).fresh(active, secret)

    assert fresh.launched.token.expires_at == clock.now + 100
    assert fresh.upkeep.since == clock.now


def test_a_renewal_keeps_nobody_logged_in(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    active, secret = opened(launches)
    clock.passes(LIFE - 30)

    fresh = renewing(StrictEndpoint()).fresh(active, secret)

    assert fresh.last_seen == active.last_seen


@pytest.mark.smart(98)
def test_the_new_refresh_token_replaces_the_old_and_none_keeps_it(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    endpoint = StrictEndpoint(answers(), keeps_the_refresh_token, answers())
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    endpoint.lives = LIFE

    for _ in range(3):
        clock.passes(LIFE - 30)
        active = launches.find(active.lid, secret)
        active = renewal.fresh(active, secret)

    assert endpoint.sent == [CANARY_REFRESH, "refresh-1", "refresh-1"]
    assert active.launched.token.refresh == "refresh-2"


@pytest.mark.smart(100)
def test_what_the_answer_leaves_out_stays_as_it_was(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    active, secret = opened(launches)
    clock.passes(LIFE - 30)

    fresh = renewing(StrictEndpoint()).fresh(active, secret)

    assert fresh.launched.token.scope == active.launched.token.scope
    assert fresh.launched.fhir_context == active.launched.fhir_context
    assert fresh.person == active.person


def test_a_session_without_a_refresh_token_lives_as_long_as_its_access_token(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    endpoint = StrictEndpoint(fails(TokenRefused("invalid_grant")))
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(LIFE - 30)
    without = renewal.fresh(active, secret)

    assert renewal.fresh(without, secret) == without
    clock.passes(30)
    with pytest.raises(TokenNotAccepted):
        renewal.fresh(without, secret)
    assert endpoint.calls == 1


# --- another patient --------------------------------------------------------------------------


@pytest.mark.parametrize("said", [{"patient": "somebody-else"}, {"encounter": "other"}])
def test_an_answer_about_another_patient_ends_the_session_and_is_not_used(
    renewing: Renewing, launches: Launches, clock: Clock, said: dict[str, object]
) -> None:
    active, secret = opened(launches)
    clock.passes(LIFE - 30)

    with pytest.raises(ContextChanged):
        renewing(StrictEndpoint(answers(**said))).fresh(active, secret)

    with pytest.raises(SessionEnded) as ended:
        launches.find(active.lid, secret)
    assert ended.value.reason == EndReason.CONTEXT_CHANGED


def test_an_answer_that_says_the_same_patient_again_changes_nothing(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    active, secret = opened(launches)
    clock.passes(LIFE - 30)
    same = answers(patient=active.launched.patient_id)

    assert access(renewing(StrictEndpoint(same)).fresh(active, secret)) == "access-1"


# --- failures ---------------------------------------------------------------------------------

FOR_GOOD = [TokenRefused("invalid_grant"), TokenRefused("invalid_client")]
NOT_NOW = [
    (EhrServerError(500), 3),
    (EhrServerError(503), 3),
    (EhrUnreachable(), 3),
    (EhrBusy(None), 3),
    (EhrBusy(10), 1),
    (EhrBusy(3600), 1),
    (TokenRefused("temporarily_unavailable"), 1),
    (TokenRefused("invalid_request"), 1),
    (TokenRefused("http_403"), 1),
    (DiscoveryFailed(), 1),
]
UNHEARD = [
    EhrTooSlow(),
    AnswerLost(),
    EhrServerError(502),
    EhrServerError(504),
    MalformedAnswer(),
    TokenMalformed("access_token"),
]


@pytest.mark.smart(101)
@pytest.mark.parametrize("failure", FOR_GOOD, ids=repr)
def test_a_refresh_token_that_the_ehr_refuses_for_good_is_dropped(
    renewing: Renewing, launches: Launches, clock: Clock, failure: SmartappError
) -> None:
    endpoint = StrictEndpoint(fails(failure))
    active, secret = opened(launches)
    clock.passes(LIFE - 30)

    still = renewing(endpoint).fresh(active, secret)

    assert access(still) == CANARY_ACCESS
    assert still.launched.token.refresh is None
    assert launches.find(active.lid, secret, touch=False).launched.token.refresh is None


@pytest.mark.smart(101)
@pytest.mark.parametrize(("failure", "calls"), NOT_NOW, ids=repr)
def test_an_ehr_that_cannot_now_is_asked_again_later_with_the_same_token(
    renewing: Renewing, launches: Launches, clock: Clock, failure: SmartappError, calls: int
) -> None:
    endpoint = StrictEndpoint(*[fails(failure)] * calls)
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(9 * MINUTE)

    began = clock.now
    still = renewal.fresh(active, secret)
    assert access(still) == CANARY_ACCESS
    assert endpoint.calls == calls
    assert clock.now - began <= 5
    assert renewal.fresh(still, secret) == still
    assert endpoint.calls == calls  # not at every page
    clock.passes(MINUTE)
    fresh = renewal.fresh(launches.find(active.lid, secret), secret)

    assert access(fresh) == "access-1"
    assert endpoint.sent == [CANARY_REFRESH] * (calls + 1)
    assert endpoint.reused == 0


@pytest.mark.parametrize(("failure", "calls"), NOT_NOW, ids=repr)
def test_without_a_living_token_the_failure_is_said_and_the_next_try_is_soon(
    renewing: Renewing, launches: Launches, clock: Clock, failure: SmartappError, calls: int
) -> None:
    endpoint = StrictEndpoint(*[fails(failure)] * calls)
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(LIFE)

    with pytest.raises(type(failure)):
        renewal.fresh(active, secret)
    with pytest.raises(EhrBusy):
        renewal.fresh(launches.find(active.lid, secret), secret)
    assert endpoint.calls == calls
    clock.passes(5)

    assert access(renewal.fresh(launches.find(active.lid, secret), secret)) == "access-1"


@pytest.mark.smart(101)
def test_an_ehr_that_cannot_once_is_asked_again_in_the_same_breath(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    active, secret = opened(launches)
    clock.passes(LIFE)

    endpoint = StrictEndpoint(fails(EhrServerError(503)), fails(EhrBusy(1)))

    assert access(renewing(endpoint).fresh(active, secret)) == "access-1"


def test_an_ehr_that_takes_its_time_to_fail_is_not_asked_past_the_lease(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    def slowly(endpoint: StrictEndpoint, sent: str) -> TokenAnswer:
        clock.passes(12)
        raise EhrServerError(503)

    endpoint = StrictEndpoint(slowly, slowly, slowly)
    active, secret = opened(launches)
    clock.passes(9 * MINUTE)
    began = clock.now

    assert access(renewing(endpoint).fresh(active, secret)) == CANARY_ACCESS

    assert endpoint.calls == 2
    assert clock.now - began < 2 * DEADLINE_SECONDS


@pytest.mark.smart(99)
@pytest.mark.parametrize("failure", UNHEARD, ids=repr)
def test_a_lost_answer_is_asked_for_once_more_and_then_the_token_is_never_sent_again(
    renewing: Renewing, launches: Launches, clock: Clock, failure: SmartappError
) -> None:
    endpoint = StrictEndpoint(fails(failure), fails(failure))
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(9 * MINUTE)

    began = clock.now
    still = renewal.fresh(active, secret)
    assert clock.now - began <= 5
    assert access(still) == CANARY_ACCESS
    assert still.launched.token.refresh == CANARY_REFRESH  # kept
    for _ in range(5):
        assert access(renewal.fresh(still, secret)) == CANARY_ACCESS
    clock.passes(MINUTE)
    with pytest.raises(TokenNotAccepted):
        renewal.fresh(launches.find(active.lid, secret), secret)

    assert endpoint.calls == 2


@pytest.mark.smart(99)
@pytest.mark.parametrize("failure", UNHEARD, ids=repr)
def test_an_ehr_that_forgives_a_repeat_gives_the_token_after_a_lost_answer(
    renewing: Renewing, launches: Launches, clock: Clock, failure: SmartappError
) -> None:
    active, secret = opened(launches)
    clock.passes(LIFE)

    endpoint = StrictEndpoint(fails(failure))

    assert access(renewing(endpoint).fresh(active, secret)) == "access-1"


@pytest.mark.smart(99)
def test_a_strict_ehr_whose_answer_is_lost_ends_in_a_new_login_after_two_calls(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    endpoint = StrictEndpoint(loses(AnswerLost()))
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(9 * MINUTE)

    still = renewal.fresh(active, secret)
    assert access(still) == CANARY_ACCESS
    assert still.launched.token.refresh is None
    clock.passes(MINUTE)
    with pytest.raises(TokenNotAccepted):
        renewal.fresh(still, secret)

    assert endpoint.calls == 2


@pytest.mark.smart(99)
def test_one_no_does_not_make_up_for_an_answer_that_was_lost(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    endpoint = StrictEndpoint(loses(EhrTooSlow()), fails(EhrServerError(503)))
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(9 * MINUTE)

    renewal.fresh(active, secret)
    clock.passes(MINUTE)
    with pytest.raises(TokenNotAccepted):
        renewal.fresh(launches.find(active.lid, secret), secret)

    assert endpoint.calls == 2


@pytest.mark.smart(99)
def test_a_worker_that_was_held_up_does_not_repeat_what_it_sent(
    store: Store, launches: Launches, clock: Clock
) -> None:
    endpoint = StrictEndpoint(loses(AnswerLost()))
    active, secret = opened(launches)
    clock.passes(9 * MINUTE)
    held_up = Renewal(launches, store, endpoint, clock, lambda seconds: clock.passes(seconds + 10))

    assert access(held_up.fresh(active, secret)) == CANARY_ACCESS

    assert (endpoint.calls, endpoint.reused) == (1, 0)


@pytest.mark.smart(99, 101)
def test_a_refresh_token_that_the_ehr_lets_be_used_again_outlives_lost_answers(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    lost = [fails(EhrTooSlow())] * 2
    endpoint = StrictEndpoint(keeps_the_refresh_token, *lost, keeps_the_refresh_token)
    endpoint.lives = LIFE
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(LIFE - 30)
    active = renewal.fresh(launches.find(active.lid, secret), secret)
    clock.passes(LIFE)

    with pytest.raises(EhrError):
        renewal.fresh(launches.find(active.lid, secret), secret)
    clock.passes(5)
    fresh = renewal.fresh(launches.find(active.lid, secret), secret)

    assert access(fresh) == "access-4"
    assert endpoint.sent == [CANARY_REFRESH] * 4


# --- a token that the EHR refuses although it should live --------------------------------------


@pytest.mark.smart(92)
def test_a_refused_token_is_replaced(renewing: Renewing, launches: Launches, clock: Clock) -> None:
    endpoint = StrictEndpoint()
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(5 * MINUTE)

    fresh = renewal.after_refusal(active, secret)

    assert access(fresh) == "access-1"
    assert renewal.after_refusal(active, secret) == fresh  # another request of the same page
    assert endpoint.calls == 1


@pytest.mark.smart(92)
def test_a_token_that_is_refused_at_once_is_not_replaced_again_and_again(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    endpoint = StrictEndpoint()
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(5 * MINUTE)
    fresh = renewal.after_refusal(active, secret)
    clock.passes(59)

    with pytest.raises(TokenNotAccepted):
        renewal.after_refusal(fresh, secret)

    assert endpoint.calls == 1


@pytest.mark.smart(92)
def test_a_refused_token_without_a_refresh_token_means_a_new_login(
    renewing: Renewing, launches: Launches, clock: Clock
) -> None:
    endpoint = StrictEndpoint(fails(TokenRefused("invalid_grant")))
    renewal = renewing(endpoint)
    active, secret = opened(launches)
    clock.passes(5 * MINUTE)

    for _ in range(3):
        with pytest.raises(TokenNotAccepted):
            renewal.after_refusal(active, secret)

    assert endpoint.calls == 1

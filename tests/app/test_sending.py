"""Sending when the EHR loses, refuses or delays: nothing is lost, nothing doubled, nothing claimed
that is not so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from smartapp.sessions.submission import SubmissionState
from smartapp.transport import Limits
from smartapp.views.sweep import sweep_once
from tests.app import people
from tests.app.page import Page
from tests.app.people import PLAIN, Patient
from tests.app.world import Json, World, opened
from tests.sessions.servers import redis_on_socket

KINDS = ("QuestionnaireResponse", "Communication", "Task")
RECEIVED = "The clinic has your request"
CONFIRMING = "We are making sure that the clinic has it too."
NOT_RECEIVED = "The clinic did NOT get your request"


def posts(kind: str, fault: Json, **match: object) -> Json:
    return {"match": {"method": "POST", "type": kind, **match}, "fault": fault}


def stored(world: World) -> list[int]:
    return [len(world.written(kind)) for kind in KINDS]


def settles(world: World, patient: Patient, receipt: Page) -> Page:
    """As the minutes pass, with nobody looking; then the patient looks again."""
    for _ in range(3):
        world.clock.passes(70)
        sweep_once(world.services)
    return patient.browser.get(receipt.url)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lost"},
        {"kind": "lost", "how": "cut"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502, "after_commit": True},
        {"kind": "status", "status": 429, "retry_after": 1},
        {"kind": "status", "status": 409, "after_commit": True},
        {"kind": "refused"},
        {"kind": "truncated"},
        {"kind": "wrong", "what": "type"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
@pytest.mark.parametrize("together", [True, False], ids=["together", "one-by-one"])
def test_whatever_happens_to_one_of_the_three_each_arrives_once(
    world: World, fault: Json, together: bool
) -> None:
    world.behaves(transaction=together)
    world.prescribes("james-carter", *(f"medicine for {kind}" for kind in KINDS))
    patient = people.patient(world)
    patient.logs_in("james")
    for count, kind in enumerate(KINDS[:1] if together else KINDS, 1):
        check = patient.checks(f"medicine for {kind}")
        world.fails(posts(kind, fault, times=1))
        receipt = patient.sends(check)
        world.recovers()

        was_received, is_confirming = RECEIVED in receipt.text, CONFIRMING in receipt.text
        assert was_received != is_confirming, receipt.text
        if was_received:
            assert stored(world) == [count] * 3, "a false receipt"
        assert RECEIVED in settles(world, patient, receipt).text
        assert stored(world) == [count] * 3


def test_an_answer_that_takes_too_long_is_looked_for_and_not_repeated() -> None:
    limits = Limits(first_byte=0.4, total=0.6, longest_pause=0.01, failures=100)
    with opened(limits=limits) as world:
        patient = people.patient(world)
        patient.logs_in("james")
        check = patient.checks("lisinopril")
        late = {"kind": "delay", "seconds": 1.0, "after_commit": True}
        world.fails(posts("Communication", late, times=1))
        receipt = patient.sends(check)

        assert RECEIVED in settles(world, patient, receipt).text
        assert stored(world) == [1, 1, 1]


def test_while_the_ehr_stays_down_nothing_is_claimed(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril", more="Please hurry")
    down = {"kind": "status", "status": 500}
    world.fails(posts("Communication", down))
    receipt = patient.sends(check)

    assert CONFIRMING in receipt.text
    assert RECEIVED not in receipt.text
    for path in ("start", "requests"):
        assert "Being confirmed" in patient.go(path).text
    assert CONFIRMING in settles(world, patient, receipt).text
    world.recovers()
    assert RECEIVED in settles(world, patient, receipt).text
    assert stored(world) == [1, 1, 1]


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_what_the_ehr_refuses_is_said_and_the_words_are_given_back(
    world: World, patient: Patient, status: int
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril", more="These are my own words")
    world.fails(posts("Communication", {"kind": "status", "status": status}))
    receipt = patient.sends(check)

    assert NOT_RECEIVED in receipt.text
    assert "These are my own words" in receipt.text
    assert RECEIVED not in receipt.text
    assert world.written("Communication") == []
    assert NOT_RECEIVED in settles(world, patient, receipt).text, "and stays so"
    assert "NOT received" in patient.go("requests").text


def test_who_wrote_nothing_of_their_own_gets_back_the_sentence_that_was_sent(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    world.fails(posts("Communication", {"kind": "status", "status": 422}))
    receipt = patient.sends(check)

    assert "What you wrote is below, so that you can copy it." in receipt.text
    assert "I would like a refill of lisinopril 10 mg tablet." in receipt.text


def test_after_a_refusal_it_can_be_sent_again(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril", more="These are my own words")
    world.fails(posts("Communication", {"kind": "status", "status": 422}))
    patient.sends(check)
    world.recovers()

    form = patient.opens_form("lisinopril")
    assert form.form("/refill").fields["more"] == ["These are my own words"]
    receipt = patient.sends(patient.answers(form))
    assert RECEIVED in receipt.text
    assert len(world.written("Communication")) == len(world.written("Task")) == 1


def test_without_a_task_the_clinic_finds_it_by_its_words(world: World, patient: Patient) -> None:
    """The EHR refuses the Task alone: the words carry the decision."""
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    world.fails(posts("Task", {"kind": "status", "status": 403}))
    receipt = patient.sends(check)
    world.recovers()
    assert RECEIVED in receipt.text
    assert "It is with the refill team." in receipt.text

    nurse = people.staff(world)
    assert "Refill: lisinopril" in nurse.opens("tom").text
    nurse.answers_and_closes()
    assert stored(world) == [1, 3, 1], "with the summary; the work was made when it was taken"
    assert "Finished" in patient.browser.get(receipt.url).text


def test_a_double_click_sends_once(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    form = patient.checks("lisinopril").form("/send")
    with ThreadPoolExecutor(8) as pool:
        sent = [
            pool.submit(patient.browser.ask, "POST", form.action, fields=form.fields)
            for _ in range(8)
        ]
        places = {each.result().headers["Location"].split("?")[0] for each in sent}

    assert len(places) == 1
    assert RECEIVED in patient.browser.get(places.pop()).text
    assert stored(world) == [1, 1, 1]


def test_a_click_that_looks_while_another_is_done_leads_to_the_same_request(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    form = patient.checks("lisinopril").form("/send")
    orders = {"method": "GET", "path": "/fhir/MedicationRequest", "times": 1}
    world.fails({"match": orders, "fault": {"kind": "delay", "seconds": 1.5}})
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(patient.browser.ask, "POST", form.action, fields=form.fields)
        while not world.faults()[0]["hits"]:
            time.sleep(0.01)
        quick = patient.browser.ask("POST", form.action, fields=form.fields)

    assert slow.result().headers["Location"] == quick.headers["Location"]
    assert stored(world) == [1, 1, 1]


def test_reloading_and_going_back_send_nothing_more(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    receipt = patient.sends(check)
    for _ in range(3):
        assert patient.sends(check).path == receipt.path
        patient.browser.get(receipt.url)

    assert stored(world) == [1, 1, 1]


def test_two_tabs_of_one_form_are_one_request(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    first = patient.opens_form("lisinopril")
    second = patient.opens_form("lisinopril")
    one = patient.answers(first, more="From the first tab")
    two = patient.answers(second, more="From the second tab")
    again = patient.sends(one)
    assert "Your answers changed in another window." in again.text
    assert "From the second tab" in again.text
    assert stored(world) == [0, 0, 0], "nobody has looked at what would have been sent"
    receipt = patient.sends(two)

    assert patient.sends(one).path == receipt.path
    assert stored(world) == [1, 1, 1]
    said = world.written("Communication")[0]["payload"][0]["contentString"]
    assert said == "From the second tab"


def test_a_form_from_before_the_request_does_not_send_again(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    old = patient.opens_form("lisinopril")
    receipt = patient.asks_for("lisinopril")

    again = patient.answers(old)
    assert again.path == receipt.path
    assert stored(world) == [1, 1, 1]


def test_before_anything_is_handed_in_an_outage_says_that_nothing_is_sent(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril", more="These are my own words")
    world.fails(
        {"match": {"type": "MedicationRequest"}, "fault": {"kind": "status", "status": 500}}
    )
    page = patient.sends(check, status=502)
    assert "Your answers are kept. Nothing is sent yet." in page.text
    world.recovers()

    assert stored(world) == [0, 0, 0]
    assert RECEIVED in patient.sends(check).text
    assert "These are my own words" in str(world.written("Communication"))


@pytest.mark.parametrize(("together", "there"), [(False, [1, 1, 0]), (True, [0, 0, 0])])
def test_when_the_sign_in_ends_half_way_the_request_waits_for_its_author(
    world: World, patient: Patient, together: bool, there: list[int]
) -> None:
    world.behaves(transaction=together)
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    world.fails(posts("Task", {"kind": "status", "status": 401}))
    patient.browser.ask("POST", check.form("/send").action, fields=check.form("/send").fields)
    world.recovers()
    assert stored(world) == there

    later = people.patient(world)
    later.logs_in("james")
    sweep_once(world.services)
    assert stored(world) == [1, 1, 1]
    assert "The clinic has it" in later.go("requests").text


@pytest.fixture(params=["memory", "redis"])
def shared_store(request: pytest.FixtureRequest) -> Iterator[World]:
    """What workers share, in either kind of store."""
    if request.param == "memory":
        with opened() as world:
            yield world
        return
    with redis_on_socket() as server, opened(redis_url=server.url) as world:
        yield world


def test_what_a_worker_left_half_done_is_finished_by_the_sweep(shared_store: World) -> None:
    """It died after it had said that it would post, and its claim runs out by itself."""
    world, patient = shared_store, people.patient(shared_store)
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    world.fails(posts("Communication", {"kind": "refused"}))
    receipt = patient.sends(check)
    world.recovers()
    outbox = world.services.outbox
    (sid,) = outbox.unfinished()
    claim = outbox.work(sid, 0.5)
    assert claim is not None
    sweep_once(world.another_worker().services)
    assert stored(world) == [1, 0, 0], "somebody still has it"
    assert CONFIRMING in patient.browser.get(receipt.url).text

    time.sleep(0.55)  # a claim ends by the store's own clock
    world.clock.passes(70)
    sweep_once(world.another_worker().services)
    assert stored(world) == [1, 1, 1]
    assert RECEIVED in patient.browser.get(receipt.url).text
    assert outbox.unfinished() == ()


def test_what_is_still_on_its_way_survives_signing_out(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    world.fails(posts("Communication", {"kind": "status", "status": 503, "retry_after": 1}))
    receipt = patient.sends(check)
    patient.browser.submit(receipt.form("/sign-out"))
    world.recovers()

    world.clock.passes(70)
    sweep_once(world.services)
    assert stored(world) == [1, 1, 1]


def test_a_refused_answer_of_one_kind_leaves_the_states_apart(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril")
    world.fails(posts("Communication", {"kind": "status", "status": 500}))
    patient.sends(check)
    (sid,) = world.services.outbox.unfinished()
    lid, secret = next(iter(patient.browser.sessions.items()))
    person = world.services.launches.find(lid, secret).person

    found = world.services.outbox.find(sid, person)
    assert found is not None
    assert found.state is SubmissionState.UNKNOWN
    assert PLAIN["supply-left"] in found.steps[0].body

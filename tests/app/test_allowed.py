"""What the EHR grants decides what can be asked for, and the page says so before anybody types."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smartapp.sessions.handles import seal_handle
from tests.app import people
from tests.app.asked import messages_in
from tests.app.people import Patient
from tests.app.world import Json, World, opened

RECEIVED = "The clinic has your request"
NOT_HERE = "Your clinic’s system does not let you ask for a refill here. Call the clinic at"


def patients_without(*scopes: str) -> Callable[[Json], None]:
    """The registration of patients asks for less."""

    def changed(config: Json) -> None:
        held = config["ehrs"][0]["scopes"]
        kept = [each for each in held["patient"].split() if not each.startswith(scopes)]
        assert len(kept) < len(held["patient"].split())
        held["patient"] = " ".join(kept)

    return changed


def test_without_tasks_the_words_carry_the_decision_to_the_clinic() -> None:
    with opened(changed=patients_without("patient/Task")) as world:
        patient, nurse = people.patient(world), people.staff(world)
        patient.logs_in("james")
        receipt = patient.asks_for("lisinopril")
        assert RECEIVED in receipt.text
        assert "It is with the refill team." in receipt.text
        assert world.written("Task") == []

        queue = nurse.opens("tom")
        assert "Refill: lisinopril 10 mg tablet" in queue.text
        assert "4 to 7 days left" in queue.text
        nurse.answers_and_closes("It is on its way.")
        (task,) = world.written("Task")
        (message, answer) = messages_in(world)
        assert task["focus"]["reference"] == f"Communication/{message['id']}"
        assert task["identifier"][0]["value"] == message["identifier"][0]["value"]
        assert answer["partOf"] == [task["focus"]]
        assert "It is on its way." in patient.browser.get(receipt.url).text


def test_without_questionnaire_responses_the_summary_still_arrives() -> None:
    with opened(changed=patients_without("patient/QuestionnaireResponse")) as world:
        patient, nurse = people.patient(world), people.staff(world)
        patient.logs_in("james")
        assert RECEIVED in patient.asks_for("lisinopril").text
        assert world.written("QuestionnaireResponse") == []
        assert "about" in world.written("Communication")[0]

        assert "4 to 7 days left" in nurse.opens("tom").text
        item = nurse.opens_item()
        assert "I would like a refill of lisinopril 10 mg tablet." in item.text


def cannot_ask(world: World, patient: Patient) -> None:
    page = patient.go("medicines")
    assert NOT_HERE in page.text
    assert "lisinopril" in page.text, "the medicines themselves are there"
    assert not any(href.endswith("/refill") for _, href in page.links)
    for address in ("", "/check"):
        form = patient.browser.get(_form_address(world, patient) + address, status=403)
        assert form.headings == ("Your clinic’s system does not offer this",)
        assert not form.has_form("/refill")
        assert "Call the clinic at 312-555-0142." in form.text


def _form_address(world: World, patient: Patient) -> str:
    """As in a link that somebody has kept."""
    ((lid, secret),) = patient.browser.sessions.items()
    key = world.services.launches.find(lid, secret).handle_key
    order = seal_handle(key, lid, "MedicationRequest/james-carter-lisinopril-10")
    return f"{patient.home}/ask/{order}/refill"


def test_without_messages_nobody_types_in_vain() -> None:
    with opened(changed=patients_without("patient/Communication")) as world:
        patient = people.patient(world)
        patient.logs_in("james")
        cannot_ask(world, patient)


def test_where_messages_can_only_be_read_nobody_types_in_vain() -> None:
    def changed(config: Json) -> None:
        scopes = config["ehrs"][0]["scopes"]
        scopes["patient"] = scopes["patient"].replace("Communication.crs", "Communication.rs")

    with opened(changed=changed) as world:
        patient = people.patient(world)
        patient.logs_in("james")
        cannot_ask(world, patient)


@pytest.mark.smart(85)
def test_who_unticks_messages_nobody_types_in_vain(world: World, patient: Patient) -> None:
    patient.logs_in("james", without=["requests"])

    cannot_ask(world, patient)


def test_whom_the_ehr_knows_only_as_a_person_cannot_be_the_author(
    world: World, patient: Patient
) -> None:
    """A Communication cannot name a Person as its sender."""
    fault = {"kind": "claims", "set": {"fhirUser": f"{world.running.addresses.fhir}/Person/p1"}}
    world.fails({"match": {"path": "/oauth/token"}, "fault": fault})
    patient.logs_in("james")
    world.recovers()

    cannot_ask(world, patient)


@pytest.mark.parametrize(
    ("scope", "kind"), [("patient/Encounter", "Encounter"), ("patient/Medication.", "Medication")]
)
def test_what_is_only_helpful_may_be_missing(scope: str, kind: str) -> None:
    with opened(changed=patients_without(scope)) as world:
        patient = people.patient(world)
        patient.logs_in("james")
        assert RECEIVED in patient.asks_for("lisinopril").text
        assert not world.asked("GET", f"/fhir/{kind}/")

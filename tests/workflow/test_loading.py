"""The parts of a record that a page needs: each loaded, partial or failed, and none made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from smartapp.auth.scopes import Scopes
from smartapp.errors import EhrServerError, NotOffered
from smartapp.fhir.client import FhirClient
from smartapp.fhir.haul import Found
from smartapp.transport import Transport
from smartapp.workflow.gate import ASKING, Gate, Why
from smartapp.workflow.loading import Loader, as_found, read_dispenses, read_orders, read_visits
from smartapp.workflow.policy.disclosure import Hidden
from tests.workflow.fake_ehr import FakeEhr, Resource, fails_with, works
from tests.workflow.threads import MARIA, VOCABULARY, message, message_json, routed, task_json

ALL = "patient/*.cruds"


@pytest.fixture
def loader_for(
    ehr: FakeEhr, client_for: Callable[..., FhirClient], transport: Transport
) -> Callable[..., Loader]:
    def loader(scopes: str = ALL) -> Loader:
        gate = Gate(ehr.capability, Scopes.parse(scopes), "patient")
        return Loader(client_for(), gate, VOCABULARY, transport.together)

    return loader


def order(identity: str, **medication: Any) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/maria"},
        **medication,
    }


def medicine(identity: str, name: str) -> Resource:
    return {"resourceType": "Medication", "id": identity, "code": {"text": name}}


def pointing_at(reference: str, display: str = "") -> dict[str, Any]:
    pointer = {"reference": reference} | ({"display": display} if display else {})
    return {"medicationReference": pointer}


def names(loader: Loader) -> list[str]:
    return [each.name for each in read_orders(loader.orders()).items]


# --- medicines that are resources of their own ---------------------------------------------------


def test_a_medicine_that_the_ehr_did_not_send_along_is_read(
    ehr: FakeEhr, loader_for: Callable[..., Loader]
) -> None:
    ehr.holds(
        medicine("m", "lisinopril 10 mg"),
        order("1", **pointing_at("Medication/m")),
        order("2", **pointing_at("Medication/m")),
        order("3", medicationCodeableConcept={"text": "metformin"}),
    )

    assert names(loader_for()) == ["lisinopril 10 mg", "lisinopril 10 mg", "metformin"]
    assert ehr.asked("GET", "Medication") == 1


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_medicine_that_cannot_be_read_takes_no_order_with_it(
    ehr: FakeEhr, loader_for: Callable[..., Loader], status: int
) -> None:
    ehr.holds(order("1", **pointing_at("Medication/m", "a tablet")))

    def no_medicines(ehr: FakeEhr, request: Any) -> Any:
        broken = request.path.startswith("/fhir/Medication/")
        return (fails_with(status) if broken else works)(ehr, request)

    ehr.always = no_medicines

    assert names(loader_for()) == ["a tablet"]


def test_a_medicine_that_may_not_be_read_is_not_asked_for(
    ehr: FakeEhr, loader_for: Callable[..., Loader]
) -> None:
    ehr.holds(medicine("m", "lisinopril"), order("1", **pointing_at("Medication/m", "a tablet")))

    assert names(loader_for("patient/MedicationRequest.rs")) == ["a tablet"]
    assert ehr.asked("GET", "Medication") == 0


def test_a_medicine_on_another_server_is_not_asked_for(
    ehr: FakeEhr, loader_for: Callable[..., Loader]
) -> None:
    ehr.holds(order("1", **pointing_at("https://elsewhere.example/fhir/Medication/m", "a tablet")))

    assert names(loader_for()) == ["a tablet"]
    assert ehr.asked("GET", "Medication") == 0


# --- three states --------------------------------------------------------------------------------


def test_a_section_that_failed_says_so(ehr: FakeEhr, loader_for: Callable[..., Loader]) -> None:
    loader = loader_for()
    ehr.always = fails_with(500)

    got = loader.all_of(orders=loader.orders, messages=loader.messages, tasks=loader.tasks)

    assert isinstance(got["orders"], EhrServerError)
    assert read_orders(as_found(got["orders"])).failed
    assert loader.read_requests(as_found(got["messages"]), as_found(got["tasks"])).failed


def test_what_may_not_be_asked_for_is_not_known_to_be_empty(
    ehr: FakeEhr, loader_for: Callable[..., Loader]
) -> None:
    loader = loader_for("patient/MedicationRequest.rs")

    assert not read_dispenses(loader.dispenses()).is_known_empty
    assert not read_visits(loader.visits()).is_known_empty
    assert ehr.heard == []


def test_without_the_work_requests_are_shown_but_not_as_the_whole_truth(
    ehr: FakeEhr, loader_for: Callable[..., Loader]
) -> None:
    ehr.holds(message_json("1", routing=routed()), task_json("9", "1", status="completed"))
    loader = loader_for()

    whole = loader.read_requests(loader.messages(), loader.tasks())
    partial = loader.read_requests(loader.messages(), EhrServerError(500))

    assert whole.items[0].is_closed
    assert whole.whole
    assert not partial.items[0].is_closed
    assert not partial.whole


def test_where_the_ehr_has_no_work_there_is_none_to_miss(
    ehr: FakeEhr, loader_for: Callable[..., Loader]
) -> None:
    ehr.holds(message_json("1", routing=routed()))
    loader = loader_for("patient/Communication.rs")

    assert loader.read_requests(loader.messages(), loader.tasks()).whole


def test_a_search_names_its_patient(ehr: FakeEhr, loader_for: Callable[..., Loader]) -> None:
    ehr.holds(message_json("1"), message_json("2", patient="Patient/other"))

    found = loader_for().messages()

    assert [each["id"] for each in found.matches] == ["1"]
    assert found.withheld == 0


def test_a_search_for_many_is_made_in_portions_and_each_may_fail_alone(
    ehr: FakeEhr, loader_for: Callable[..., Loader]
) -> None:
    ehr.fails("GET", fails_with(500))

    found = loader_for().in_portions("Task", "focus", [f"Communication/{n}" for n in range(90)])

    assert len(found) == 3
    assert sum(isinstance(each, EhrServerError) for each in found) == 1
    assert loader_for().in_portions("Task", "focus", []) == []


# --- the gate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "kind", "interaction", "why"),
    [
        (ALL, "Communication", "create", None),
        ("patient/Communication.rs", "Communication", "create", Why.NOT_GRANTED),
        ("patient/Communication.write", "Communication", "create", None),
        ("user/Communication.c", "Communication", "create", Why.NOT_GRANTED),
        (ALL, "Observation", "search-type", Why.NOT_DECLARED),
        ("", "Communication", "search-type", Why.NOT_GRANTED),
    ],
)
def test_what_is_declared_and_granted_can_be_done_and_else_there_is_a_reason(
    ehr: FakeEhr, scopes: str, kind: str, interaction: str, why: Why | None
) -> None:
    gate = Gate(ehr.capability, Scopes.parse(scopes), "patient")

    assert gate.closed(kind, interaction) is why
    assert gate.may(kind, interaction) is (why is None)


def test_asking_needs_that_words_arrive_and_are_found_again(ehr: FakeEhr) -> None:
    Gate(ehr.capability, Scopes.parse(ALL), "patient").require("refill", *ASKING)

    with pytest.raises(NotOffered) as closed:
        Gate(ehr.capability, Scopes.parse("patient/Communication.c"), "patient").require(
            "refill", *ASKING
        )
    assert closed.value.reason is Why.NOT_GRANTED


# --- forms that are the whole request ------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "hidden", "seen"),
    [
        (MARIA, frozenset(), 1),
        ("RelatedPerson/mother", frozenset(), 1),
        ("RelatedPerson/mother", frozenset({"form-phq-9"}), 0),
        (MARIA, frozenset({"form-phq-9"}), 1),
    ],
)
def test_of_a_teenagers_forms_a_parent_sees_only_what_they_filled_in_themselves(
    loader_for: Callable[..., Loader], reader: str, hidden: frozenset[str], seen: int
) -> None:
    form = replace(message("1", MARIA), kind="QuestionnaireResponse")
    kept = Hidden(named_topics=hidden)
    loader = replace(loader_for(), reader=reader, hidden=kept, as_message=lambda _json: form)
    response: Resource = {"resourceType": "QuestionnaireResponse", "id": "1"}

    requests = loader.read_requests(Found(()), Found(()), Found((response,)))

    assert len(requests.items) == seen


def test_what_is_hidden_of_a_teenager_stays_so_when_staff_make_other_work_of_it(
    loader_for: Callable[..., Loader],
) -> None:
    """A visit has a topic of its own, and what it is for is still what she wrote."""
    hidden = Hidden(named_topics=frozenset({"form-phq-9"}))
    loader = replace(loader_for(), reader="RelatedPerson/mother", hidden=hidden)
    wrote = message_json("1", sender=MARIA, topic=("form-phq-9", "PHQ-9"))
    visit = task_json("9", "1", topic=("appointment", "Appointment"))

    requests = loader.read_requests(Found((wrote,)), Found((visit,)))

    assert requests.items == ()


def test_what_staff_wrote_into_work_of_theirs_is_not_carried_to_a_patient(
    loader_for: Callable[..., Loader],
) -> None:
    """The reason of a visit is in their words. Where it is, is for the patient too."""
    made = loader_for().read_task(task_json("9", "1"))

    assert made is not None
    assert (made.routing.reason, made.routing.summary) == ("", "")
    assert made.routing.queue == "refills"


def test_messages_that_somebody_may_not_read_may_be_there(
    loader_for: Callable[..., Loader],
) -> None:
    asked = loader_for("patient/Task.rs patient/QuestionnaireResponse.rs")

    requests = asked.read_requests(asked.messages(), Found(()))

    assert not requests.is_known_empty

"""Forms and answers to choose from, as an EHR gives them at the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from pytest_httpserver import HTTPServer

from smartapp.auth.scopes import Scopes
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.workflow.forms.finding import FoundForm, find_form
from smartapp.workflow.forms.plan import FormRefused
from smartapp.workflow.gate import Gate
from smartapp.workflow.policy.clinic_forms import ClinicForms
from smartapp.workflow.policy.model import Topic
from tests.fhir.conftest import searchset

# None of the clinic's own: what becomes of the answers is not asked here.
NO_FORMS = ClinicForms({}, cast("Topic", None))
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
FORM = "https://ehr.example/Questionnaire/before"
SET = "https://ehr.example/ValueSet/pets"


def form(*sets: str, kind: str = "choice") -> dict[str, Any]:
    items = [
        {"linkId": f"q{n}", "type": kind, "text": f"Which {n}?", "answerValueSet": each}
        for n, each in enumerate(sets)
    ]
    return {
        "resourceType": "Questionnaire",
        "id": "before",
        "url": FORM,
        "version": "1",
        "status": "active",
        "item": items,
    }


def expansion(number: int = 2, **more: Any) -> dict[str, Any]:
    members = [
        {"system": "urn:pets", "code": f"p{n}", "display": f"Pet {n}"} for n in range(number)
    ]
    return {"resourceType": "ValueSet", "expansion": {"contains": members, **more}}


def finds(client: FhirClient, canonical: str = FORM) -> FoundForm:
    interactions = [{"code": "read"}, {"code": "search-type"}]
    resource = {"type": "Questionnaire", "interaction": interactions}
    rest = [{"mode": "server", "resource": [resource]}]
    capability = Capability.from_fhir({"resourceType": "CapabilityStatement", "rest": rest})
    gate = Gate(capability, Scopes.parse("patient/Questionnaire.rs"), "patient")
    return find_form(canonical, NO_FORMS, client, gate, NOW)


def holds(ehr: HTTPServer, *forms: dict[str, Any]) -> None:
    ehr.expect_request("/fhir/Questionnaire").respond_with_json(searchset(*forms))


def test_the_ehr_expands_the_answers_of_a_set_by_address_and_version(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    holds(ehr, form(f"{SET}|3"))
    asked = {"url": SET, "valueSetVersion": "3", "count": "501"}
    ehr.expect_oneshot_request("/fhir/ValueSet/$expand", query_string=asked).respond_with_json(
        expansion(3, total=3)
    )

    options = finds(maria).plan.items["q0"].options

    assert [each.display["en"] for each in options] == ["Pet 0", "Pet 1", "Pet 2"]
    assert options[0].system == "urn:pets"


def test_one_set_for_many_questions_is_asked_for_once(ehr: HTTPServer, maria: FhirClient) -> None:
    holds(ehr, form(SET, SET, SET))
    ehr.expect_oneshot_request("/fhir/ValueSet/$expand").respond_with_json(expansion())

    assert all(each.options for each in finds(maria).plan.items.values())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (expansion(0), "empty"),
        (expansion(2, total=9000), "too large"),
        (expansion(501), "too large"),
        ({"resourceType": "OperationOutcome"}, "MalformedAnswer"),
    ],
)
def test_a_set_that_cannot_be_had_as_a_whole_is_refused_and_named(
    ehr: HTTPServer, maria: FhirClient, answer: dict[str, Any], why: str
) -> None:
    holds(ehr, form(SET))
    ehr.expect_request("/fhir/ValueSet/$expand").respond_with_json(answer)

    with pytest.raises(FormRefused) as refused:
        finds(maria)

    assert refused.value.reason == "no-options"
    assert refused.value.detail == f"{SET}: {why}"


def test_an_ehr_without_a_terminology_service_says_so(ehr: HTTPServer, maria: FhirClient) -> None:
    holds(ehr, form(SET))
    ehr.expect_request("/fhir/ValueSet/$expand").respond_with_data(status=404)

    with pytest.raises(FormRefused, match=f"no-options: {SET}: NotFound"):
        finds(maria)


@pytest.mark.parametrize("address", ["../Patient/other", "ValueSet/x", "file:///etc/passwd", "a b"])
def test_only_what_names_a_set_is_asked_for(
    ehr: HTTPServer, maria: FhirClient, address: str
) -> None:
    holds(ehr, form(address))

    with pytest.raises(FormRefused, match="not an address of a set"):
        finds(maria)

    assert [request.path for request, _ in ehr.log] == ["/fhir/Questionnaire"]


def test_a_form_asks_for_no_more_than_twenty_sets(ehr: HTTPServer, maria: FhirClient) -> None:
    holds(ehr, form(*(f"{SET}-{n}" for n in range(25))))
    ehr.expect_request("/fhir/ValueSet/$expand").respond_with_json(expansion())

    with pytest.raises(FormRefused, match="too many sets"):
        finds(maria)

    assert sum("expand" in request.path for request, _ in ehr.log) == 20


def test_where_own_words_will_do_the_list_is_not_needed(ehr: HTTPServer, maria: FhirClient) -> None:
    holds(ehr, form(SET, kind="open-choice"))
    ehr.expect_oneshot_request("/fhir/ValueSet/$expand").respond_with_json(expansion())
    assert len(finds(maria).plan.items["q0"].options) == 2

    ehr.expect_request("/fhir/ValueSet/$expand").respond_with_data(status=404)
    assert finds(maria).plan.items["q0"].options == ()


def test_another_version_than_the_one_asked_for_is_not_taken_for_it(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    holds(ehr, form() | {"version": "2"})
    ehr.expect_request("/fhir/Questionnaire/before").respond_with_json(form() | {"version": "2"})

    with pytest.raises(FormRefused, match="not-found"):
        finds(maria, f"{FORM}|1")
    assert finds(maria, f"{FORM}|2").plan.form.version == "2"


def test_an_ehr_that_searches_by_id_alone_finds_a_form_by_the_end_of_its_address(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    holds(ehr)
    ehr.expect_request("/fhir/Questionnaire/before").respond_with_json(form())

    assert finds(maria).plan.form.canonical == f"{FORM}|1"

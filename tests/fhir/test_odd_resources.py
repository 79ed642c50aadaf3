"""Any part of any resource may be odd: it is read, or named as malformed, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import InvalidResource, MalformedAnswer
from smartapp.fhir.allergy import Allergy
from smartapp.fhir.capability import Capability
from smartapp.fhir.compartment import belongs_to
from smartapp.fhir.condition import Condition
from smartapp.fhir.encounter import Visit
from smartapp.fhir.immunization import Immunization
from smartapp.fhir.likeness import holds
from smartapp.fhir.medication import Dispense, MedicationOrder, medicine_elsewhere
from smartapp.fhir.message import Message
from smartapp.fhir.observation import Observation
from smartapp.fhir.people import Patient, PractitionerRole, RelatedPerson
from smartapp.fhir.procedure import Procedure
from smartapp.fhir.provenance import Provenance
from smartapp.fhir.questionnaire import Questionnaire
from smartapp.fhir.report import DiagnosticReport
from smartapp.fhir.response import answers_of
from smartapp.fhir.statement import MedicationStatement
from smartapp.fhir.task import WorkTask
from smartapp.fhir.writable import check_change, check_writable
from tests.fhir import writing
from tests.fhir.writing import VOCABULARY

CODED = {"text": "words", "coding": [{"system": "urn:s", "code": "c", "display": "d"}]}
MARIA = {"reference": "Patient/maria", "display": "María", "identifier": {"value": "1"}}

AMOUNT = {"value": 1, "unit": "u", "comparator": "<", "system": "http://unitsofmeasure.org"}
DOSED = {
    "text": "t",
    "timing": {
        "repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"],
                   "timeOfDay": ["08:00:00"], "dayOfWeek": ["mon"]}
    },
    "asNeededCodeableConcept": CODED,
    "route": CODED,
    "doseAndRate": [{"doseQuantity": AMOUNT, "doseRange": {"low": AMOUNT}}],
    "maxDosePerPeriod": {"numerator": AMOUNT, "denominator": AMOUNT},
}  # fmt: skip
OBSERVED = {
    "status": "final",
    "category": [CODED],
    "code": CODED,
    "effectiveDateTime": "2026-01-01",
    "valueQuantity": AMOUNT,
    "interpretation": [CODED],
    "referenceRange": [{"low": AMOUNT, "high": AMOUNT, "appliesTo": [CODED], "type": CODED}],
    "component": [
        {"code": CODED, "valueRatio": {"numerator": AMOUNT, "denominator": AMOUNT}},
        {"code": CODED, "valueRange": {"low": AMOUNT}, "dataAbsentReason": CODED},
        {"code": CODED, "valuePeriod": {"start": "2026"}},
    ],
    "hasMember": [MARIA],
    "performer": [MARIA],
    "note": [{"text": "t"}],
    "encounter": MARIA,
}

Read = Callable[[dict[str, Any]], object]
MODELS: dict[str, tuple[Read, dict[str, Any]]] = {
    "Patient": (
        Patient.from_fhir,
        {
            "name": [
                {"use": "official", "text": "t", "given": ["g"], "family": "f", "suffix": ["s"]}
            ],
            "birthDate": "1950-01-01",
            "identifier": [{"type": CODED, "system": "urn:s", "value": "1", "use": "usual"}],
            "communication": [{"language": CODED, "preferred": True}],
            "link": [{"other": MARIA, "type": "refer"}],
            "active": True,
        },
    ),
    "RelatedPerson": (
        RelatedPerson.from_fhir,
        {"name": [{"text": "t"}], "relationship": [CODED], "period": {"end": "2026"}},
    ),
    "PractitionerRole": (
        PractitionerRole.from_fhir,
        {"practitioner": MARIA, "code": [CODED], "active": True, "period": {"end": "2026"}},
    ),
    "MedicationRequest": (
        partial(MedicationOrder.from_fhir, included={}),
        {
            "status": "active",
            "intent": "order",
            "medicationReference": {"reference": "#m"},
            "contained": [
                {"resourceType": "Medication", "id": "m", "status": "active", "code": CODED}
            ],
            "dosageInstruction": [DOSED],
            "reportedBoolean": False,
            "requester": MARIA,
            "dispenseRequest": {
                "numberOfRepeatsAllowed": 3,
                "validityPeriod": {"end": "2026"},
                "expectedSupplyDuration": {"value": 30, "code": "d", "unit": "days"},
            },
        },
    ),
    "MedicationDispense": (
        Dispense.from_fhir,
        {
            "status": "completed",
            "authorizingPrescription": [MARIA],
            "whenHandedOver": "2026-01-01",
            "daysSupply": {"value": 30, "code": "d"},
        },
    ),
    "AllergyIntolerance": (
        Allergy.from_fhir,
        {
            "code": CODED,
            "clinicalStatus": CODED,
            "verificationStatus": CODED,
            "reaction": [{"manifestation": [CODED]}],
        },
    ),
    "Observation": (Observation.from_fhir, OBSERVED),
    "DiagnosticReport": (
        DiagnosticReport.from_fhir,
        {
            "status": "final",
            "category": [CODED],
            "code": CODED,
            "effectivePeriod": {"start": "2026"},
            "performer": [MARIA],
            "result": [MARIA],
            "conclusion": "t",
            "presentedForm": [{"url": "Binary/1"}],
        },
    ),
    "Condition": (
        Condition.from_fhir,
        {
            "code": CODED,
            "clinicalStatus": CODED,
            "verificationStatus": CODED,
            "category": [CODED],
            "severity": CODED,
            "onsetAge": {"value": 3, "unit": "y"},
            "abatementPeriod": {"start": "2026"},
        },
    ),
    "Immunization": (
        Immunization.from_fhir,
        {
            "status": "completed",
            "vaccineCode": CODED,
            "occurrenceDateTime": "2026",
            "statusReason": CODED,
            "manufacturer": MARIA,
            "performer": [{"actor": MARIA}],
            "protocolApplied": [{"doseNumberPositiveInt": 1, "seriesDosesPositiveInt": 2}],
            "primarySource": False,
        },
    ),
    "Procedure": (
        Procedure.from_fhir,
        {
            "status": "completed",
            "code": CODED,
            "performedPeriod": {"start": "2026"},
            "performer": [{"actor": MARIA}],
            "followUp": [CODED],
        },
    ),
    "MedicationStatement": (
        partial(MedicationStatement.from_fhir, included={}),
        {
            "status": "active",
            "medicationCodeableConcept": CODED,
            "effectivePeriod": {"start": "2026"},
            "informationSource": MARIA,
            "dosage": [DOSED],
        },
    ),
    "Provenance": (
        Provenance.from_fhir,
        {"target": [MARIA], "recorded": "2026", "agent": [{"who": MARIA}], "activity": CODED},
    ),
    "Encounter": (Visit.from_fhir, {"status": "finished", "period": {"start": "2026-01-01"}}),
    "Communication": (partial(Message.from_fhir, vocabulary=VOCABULARY), writing.message()),
    "Task": (
        partial(WorkTask.from_fhir, vocabulary=VOCABULARY),
        writing.task()
        | {"owner": MARIA, "output": [{"type": CODED, "valueCodeableConcept": CODED}]},
    ),
    "QuestionnaireResponse": (answers_of, writing.response()),
    "Questionnaire": (
        Questionnaire.from_fhir,
        {
            "url": "urn:f",
            "title": "t",
            "item": [
                {
                    "linkId": "q",
                    "type": "choice",
                    "text": "t",
                    "answerOption": [{"valueCoding": {"code": "a", "display": "A"}}],
                    "enableWhen": [{"question": "p", "operator": "=", "answerString": "x"}],
                    "_text": {"extension": [{"url": "u", "extension": [{"url": "lang"}]}]},
                }
            ],
        },
    ),
    "CapabilityStatement": (
        Capability.from_fhir,
        {
            "rest": [
                {
                    "mode": "server",
                    "interaction": [{"code": "batch"}],
                    "resource": [
                        {
                            "type": "Task",
                            "interaction": [{"code": "read"}],
                            "searchParam": [{"name": "identifier"}],
                            "conditionalCreate": True,
                        }
                    ],
                }
            ]
        },
    ),
}

odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["", "#m", "Patient/x", "9999-12-31", "entered-in-error", "\u202e"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["text", "url", "id", "reference", "extension"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


def places_in(value: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    below = [place for key, part in inner for place in places_in(part, (*way, key))]
    return [way, *below] if way else below


def spoiled(json: dict[str, Any], way: tuple[Any, ...], value: object) -> dict[str, Any]:
    copied = copy.deepcopy(json)
    holder: Any = copied
    for key in way[:-1]:
        holder = holder[key]
    holder[way[-1]] = value
    return copied


def whole(kind: str) -> dict[str, Any]:
    return {**MODELS[kind][1], "resourceType": kind, "id": "1", "meta": {"versionId": "1"}}


@pytest.mark.parametrize("kind", MODELS)
def test_a_whole_resource_is_read(kind: str) -> None:
    assert MODELS[kind][0](whole(kind)) is not None


@pytest.mark.parametrize("kind", MODELS)
@settings(max_examples=150)
@given(data=st.data())
def test_an_odd_part_makes_it_malformed_or_is_passed_over(kind: str, data: st.DataObject) -> None:
    json = whole(kind)
    way = data.draw(st.sampled_from(places_in(json)))
    json = spoiled(json, way, data.draw(odd))

    with suppress(MalformedAnswer):
        MODELS[kind][0](json)
    belongs_to(json, "maria")
    medicine_elsewhere(json)


@pytest.mark.parametrize("make", [writing.message, writing.task, writing.response])
@settings(max_examples=100)
@given(data=st.data())
def test_an_odd_part_of_what_is_written_or_stored_breaks_nothing(
    make: Callable[[], dict[str, Any]], data: st.DataObject
) -> None:
    sent = make()
    way = data.draw(st.sampled_from(places_in(sent)))
    changed = spoiled(sent, way, data.draw(odd))

    holds(changed, sent)
    for check in (check_writable, check_change):
        with suppress(InvalidResource):
            check(changed, "Patient/maria")

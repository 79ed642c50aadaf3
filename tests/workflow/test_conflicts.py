"""What a patient says against what the record says: found, and never decided."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.fhir.allergy import Allergy
from smartapp.fhir.contact import Contact
from smartapp.fhir.element import Json
from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.section import Section
from smartapp.workflow.conflicts import About, Recorded, conflicts_of
from smartapp.workflow.duplicates import duplicates_of


def order(name: str, status: str = "active", id_: str = "1") -> MedicationOrder:
    json: Json = {
        "resourceType": "MedicationRequest",
        "id": id_,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
    }
    found = MedicationOrder.from_fhir(json, {})
    assert found is not None
    return found


def allergy(name: str) -> Allergy:
    clinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    found = Allergy.from_fhir(
        {
            "resourceType": "AllergyIntolerance",
            "id": "1",
            "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]},
            "code": {"text": name},
        }
    )
    assert found is not None
    return found


LISINOPRIL = order("lisinopril 10 mg tablet")
RECORDED = Recorded(
    order=LISINOPRIL,
    orders=Section((LISINOPRIL,)),
    allergies=Section((allergy("Penicillin"),)),
    contact=Contact(
        names=("James Carter",),
        phones=("312-555-0100",),
        addresses=("12 Oak Street, Chicago, IL 60601",),
    ),
)


@pytest.mark.parametrize(
    ("topic", "answers", "found"),
    [
        ("refill", {"taking": ("yes",)}, []),
        ("refill", {"taking": ("stopped",), "taking-why": ("cost",)}, [About.TAKING]),
        ("side-effect", {"taking": ("less",)}, [About.TAKING]),
        ("update-details", {"phone": ("(312) 555-0100",)}, []),
        ("update-details", {"phone": ("312-555-0199",)}, [About.CONTACT]),
        ("update-details", {"address": ("12 oak street chicago il 60601",)}, []),
        ("form-about-you", {"street": ("9 Elm Street",), "zip": ("60601",)}, [About.CONTACT]),
        (
            "record-correction",
            {"says": ("Asthma",), "words": ("Never had it",)},
            [About.CORRECTION],
        ),
        ("form-health-history", {"allergy-what": ("penicillin",)}, []),
        ("form-health-history", {"allergy-what": ("Peanuts",)}, [About.ALLERGIES]),
        ("form-health-history", {"allergic": (False,)}, [About.ALLERGIES]),
        ("form-health-history", {"medicine": ("Lisinopril 10",)}, []),
        ("form-health-history", {"medicine": ("Ibuprofen",)}, [About.MEDICINES]),
        ("billing", {"phone": ("1",)}, []),
    ],
)
def test_only_what_contradicts_is_put_side_by_side(
    topic: str, answers: dict[str, Any], found: list[About]
) -> None:
    assert [each.about for each in conflicts_of(topic, answers, RECORDED)] == found


def test_both_sides_are_told_in_full() -> None:
    answers = {"taking": ("stopped",), "taking-why": ("side-effects",)}

    (conflict,) = conflicts_of("refill", answers, RECORDED)

    assert conflict.patient == (("taking", "stopped"), ("taking-why", "side-effects"))
    assert conflict.record == ("lisinopril 10 mg tablet",)


def test_a_record_that_could_not_be_read_is_not_silent() -> None:
    failed = Recorded(None, Section(), Section(whole=False, failure=OSError()), Contact())  # type: ignore[arg-type]

    (conflict,) = conflicts_of("form-health-history", {"allergy-what": ("Peanuts",)}, failed)

    assert not conflict.known


def test_what_was_read_in_part_or_not_at_all_is_not_told_as_nothing() -> None:
    """Of a record that was not read to its end, nobody can say that nothing is in it."""
    part: Section[Any] = Section(whole=False)
    read = Recorded(None, part, part, None)
    history = {"allergy-what": ("Peanuts",), "medicine": ("Ibuprofen",)}

    found = conflicts_of("form-health-history", history, read)
    found += conflicts_of("update-details", {"phone": ("312-555-0199",)}, read)

    assert [each.known for each in found] == [False, False, False]


def test_the_same_substance_ordered_twice_is_shown() -> None:
    both = order("Lisinopril 20 mg tablet", id_="2")
    others = (both, order("Lisinopril 5 mg", "stopped", "3"), order("metformin", id_="4"))

    assert duplicates_of(LISINOPRIL, (LISINOPRIL, *others)) == (both,)

"""Allergies: what is known, what is stated not to be, and what cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.errors import EhrTooSlow, MalformedAnswer
from smartapp.fhir.allergy import Allergy
from smartapp.fhir.codes import ALLERGY_CLINICAL, ALLERGY_VERIFICATION
from smartapp.fhir.haul import Found
from smartapp.fhir.section import section_of

NO_KNOWN_ALLERGY = ("http://snomed.info/sct", "716186003")
MODIFIER = [{"url": "urn:unheard-of", "valueBoolean": True}]


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def json(**more: Any) -> dict[str, Any]:
    return {"resourceType": "AllergyIntolerance", "id": "a", **more}


def allergy(**more: Any) -> Allergy:
    found = Allergy.from_fhir(json(**more))
    assert found is not None
    return found


def test_no_known_allergy_is_a_statement_and_not_an_empty_list() -> None:
    stated = allergy(code=coded(*NO_KNOWN_ALLERGY) | {"text": "No known allergies"})

    assert stated.none_known
    assert stated.is_current
    assert stated.name == "No known allergies"
    assert not allergy(code={"text": "No known allergies"}).none_known


def test_an_allergy_entered_in_error_is_none_even_with_nothing_else() -> None:
    mistaken = json(verificationStatus=coded(ALLERGY_VERIFICATION, "entered-in-error"))

    assert Allergy.from_fhir(mistaken) is None


@pytest.mark.parametrize(
    ("clinical", "verification", "current"),
    [
        ("active", "confirmed", True),
        ("active", "unconfirmed", True),
        (None, None, True),  # not stated: nobody said that it is over
        ("resolved", "confirmed", False),
        ("inactive", None, False),
        ("active", "refuted", False),
    ],
)
def test_an_allergy_counts_unless_it_is_said_to_be_over_or_wrong(
    clinical: str | None, verification: str | None, current: bool
) -> None:
    stated = {
        "clinicalStatus": clinical and coded(ALLERGY_CLINICAL, clinical),
        "verificationStatus": verification and coded(ALLERGY_VERIFICATION, verification),
    }

    assert allergy(**stated).is_current is current


def test_a_status_of_an_unknown_system_does_not_end_an_allergy() -> None:
    assert allergy(clinicalStatus=coded("urn:local", "resolved")).is_current


def test_reactions_are_read_in_words() -> None:
    reactions = [{"manifestation": [{"text": "Hives"}, {"coding": [{"display": "Wheezing"}]}]}]

    assert allergy(reaction=reactions, criticality="high").reactions == ("Hives", "Wheezing")


@pytest.mark.parametrize(
    "odd", [json(modifierExtension=MODIFIER), json(reaction="hives"), {"resourceType": "Patient"}]
)
def test_an_allergy_that_is_not_understood_makes_the_list_partial(odd: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswer):
        Allergy.from_fhir(odd)

    section = section_of(Found((json(), odd)), Allergy.from_fhir)

    assert len(section.items) == 1
    assert not section.whole
    assert not section.is_known_empty


def test_a_list_that_could_not_be_loaded_is_never_empty() -> None:
    failed = section_of(EhrTooSlow(), Allergy.from_fhir)

    assert failed.failed
    assert not failed.is_known_empty


@pytest.mark.parametrize("found", [Found((), complete=False), Found((), withheld=1)])
def test_a_list_with_something_missing_is_never_empty(found: Found) -> None:
    assert not section_of(found, Allergy.from_fhir).is_known_empty


def test_only_a_whole_list_with_nothing_in_it_is_empty() -> None:
    assert section_of(Found(()), Allergy.from_fhir).is_known_empty

"""Who is who in a record: names that cannot deceive, and numbers that may be shown."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.errors import MalformedAnswer
from smartapp.fhir.people import (
    CareTeam,
    Patient,
    Practitioner,
    PractitionerRole,
    RelatedPerson,
)

RECORD_NUMBER = {"coding": [{"code": "MR"}]}
SOCIAL_SECURITY = {"coding": [{"code": "SS"}]}


def patient(**json: Any) -> Patient:
    return Patient.from_fhir({"resourceType": "Patient", "id": "maria", **json})


def name(**parts: Any) -> str | None:
    return patient(name=[parts]).name


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({"text": "María López", "family": "Lopez"}, "María López"),
        ({"prefix": ["Dr."], "given": ["Ana", "M."], "family": "Kim"}, "Dr. Ana M. Kim"),
        ({"given": ["Robert"], "family": "Kowalski", "suffix": ["Jr."]}, "Robert Kowalski Jr."),
        ({"family": "Kim"}, "Kim"),
        ({"given": [None, "Ana"]}, "Ana"),
        ({"text": "\u200b\u202e", "family": "Kim"}, "Kim"),
        ({"text": "  María \n López "}, "María López"),
        ({}, None),
        ({"extension": [{"url": "urn:data-absent-reason", "valueCode": "masked"}]}, None),
    ],
)
def test_a_name_is_one_line(parts: dict[str, Any], line: str | None) -> None:
    assert name(**parts) == line


@pytest.mark.parametrize(
    "spoof",
    [
        "\u202eMaría López",
        "María\u2066 López\u2069",
        "Ma\u200bría L\u200dópez",
        "\ufeffMaría\u00a0López",
    ],
)
def test_two_names_that_look_the_same_are_the_same(spoof: str) -> None:
    assert name(text=spoof) == "María López"


def test_a_long_name_does_not_push_the_banner_off_the_screen() -> None:
    shown = name(text="Maria " * 2000)

    assert shown is not None
    assert len(shown) == 80
    assert shown.endswith("…")


def test_the_official_name_comes_first_and_a_former_one_last() -> None:
    names = [
        {"use": "nickname", "text": "Mari"},
        {"use": "old", "text": "María García"},
        {"use": "official", "text": "María López"},
    ]

    assert patient(name=names).name == "María López"
    assert patient(name=names[:2]).name == "Mari"
    assert patient(name=names[1:2]).name == "María García"
    assert patient(name=[names[1], {"use": "old", "text": "M. García"}]).name == "María García"


def test_a_former_name_is_not_shown_where_the_present_one_is_withheld() -> None:
    names = [{"use": "official"}, {"use": "old", "text": "María García"}]

    assert patient(name=names).name is None


def test_a_clinicians_name_may_be_obscured() -> None:
    obscured = {"resourceType": "Practitioner", "id": "d", "name": [{"text": "Clinic staff"}]}

    assert Practitioner.from_fhir(obscured).name == "Clinic staff"
    assert Practitioner.from_fhir({"resourceType": "Practitioner", "id": "d"}).name is None


# --- the record number ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifiers", "number"),
    [
        ([{"type": SOCIAL_SECURITY, "value": "123"}, {"type": RECORD_NUMBER, "value": "7"}], "7"),
        ([{"value": "untyped"}, {"type": RECORD_NUMBER, "value": "7"}], "7"),
        ([{"value": "untyped"}], "untyped"),
        ([{"type": SOCIAL_SECURITY, "value": "123"}], None),
        ([{"type": {"text": "SSN"}, "value": "123"}], None),
        ([{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "123"}], None),
        (
            [
                {"use": "old", "type": RECORD_NUMBER, "value": "former"},
                {"type": RECORD_NUMBER, "value": "present"},
            ],
            "present",
        ),
        ([], None),
    ],
)
def test_only_a_record_number_is_shown(
    identifiers: list[dict[str, Any]], number: str | None
) -> None:
    assert patient(identifier=identifiers).record_number == number


# --- language, links, state ----------------------------------------------------------------------


def spoken(code: str | None, system: str = "urn:ietf:bcp:47", **more: Any) -> dict[str, Any]:
    coding = [{"system": system, "code": code}] if code is not None else []
    return {"language": {"coding": coding, "text": "a language"}, **more}


@pytest.mark.parametrize(
    ("communication", "language"),
    [
        ([spoken("en"), spoken("es", preferred=True)], "es"),
        ([spoken("es-MX")], "es"),
        ([spoken("ES")], "es"),
        ([spoken("es", system="urn:other")], "es"),
        ([spoken(None, preferred=True), spoken("es")], "es"),
        ([spoken(None)], None),
        ([], None),
    ],
)
def test_the_preferred_language_is_found(
    communication: list[dict[str, Any]], language: str | None
) -> None:
    assert patient(communication=communication).language == language


def test_a_merged_record_says_which_one_replaced_it() -> None:
    links = [
        {"type": "seealso", "other": {"reference": "Patient/other"}},
        {"type": "replaced-by", "other": {"reference": "Patient/new"}},
        {"type": "refer", "other": {"display": "somewhere"}},
    ]
    merged = patient(active=False, link=links)

    assert merged.replaced_by == "Patient/new"
    assert merged.links == (("seealso", "Patient/other"), ("replaced-by", "Patient/new"))
    assert not merged.active


def test_a_record_that_says_nothing_is_active_and_otherwise_unknown() -> None:
    sparse = patient()

    assert sparse.active
    assert (sparse.name, sparse.birth_date, sparse.gender, sparse.language) == (None,) * 4
    assert sparse.replaced_by is None


def test_half_a_birth_date_stays_half() -> None:
    born = patient(birthDate="1950").birth_date

    assert born is not None
    assert born.precision == "year"


# --- those who act for patients, and the clinic --------------------------------------------------


def test_who_acts_for_a_patient_is_read_with_the_relationship() -> None:
    mother = RelatedPerson.from_fhir(
        {
            "resourceType": "RelatedPerson",
            "id": "r",
            "patient": {"reference": "Patient/leo"},
            "name": [{"text": "Linh Nguyen"}],
            "relationship": [{"text": "Mother"}],
            "period": {"end": "2030"},
        }
    )

    assert (mother.name, mother.relationship) == ("Linh Nguyen", "Mother")
    assert mother.until is not None


def test_a_role_carries_its_codes_and_whose_it_is() -> None:
    role = PractitionerRole.from_fhir(
        {
            "resourceType": "PractitionerRole",
            "id": "r",
            "active": False,
            "practitioner": {"reference": "Practitioner/tom", "display": "Tom\u202e Berg"},
            "code": [{"coding": [{"system": "urn:roles", "code": "nurse"}, {"code": "x"}]}],
        }
    )

    assert role.practitioner == "Practitioner/tom"
    assert role.practitioner_name == "Tom Berg"
    assert role.role_codes == {("urn:roles", "nurse"), ("", "x")}
    assert not role.active


def test_a_care_team_lists_whom_it_can_point_to() -> None:
    team = CareTeam.from_fhir(
        {
            "resourceType": "CareTeam",
            "id": "t",
            "participant": [
                {"member": {"reference": "Practitioner/tom"}, "role": [{"text": "Nurse"}]},
                {"member": {"display": "Somebody"}},
                {"member": {}},
                {},
            ],
        }
    )

    assert team is not None
    assert [(each.reference, each.name, each.roles) for each in team.members] == [
        ("Practitioner/tom", "", ("Nurse",)),
        ("", "Somebody", ()),
    ]


@pytest.mark.parametrize("read", [Patient, RelatedPerson, Practitioner, PractitionerRole, CareTeam])
def test_nobody_is_read_without_an_id(read: Any) -> None:
    with pytest.raises(MalformedAnswer):
        read.from_fhir({"resourceType": read.__name__})

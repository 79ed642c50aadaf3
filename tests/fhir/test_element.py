"""Reading FHIR JSON: found by name, and what is wrong is named without its value."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import DATA_ABSENT
from smartapp.fhir.element import Coding, Concept, Element, Reference

SECRET = "Maria has a secret"
LOINC = "http://loinc.org"


def element(**json: Any) -> Element:
    return Element(json, "Thing")


def concept(**json: Any) -> Concept:
    return element(code=json).concept("code") or Concept("")


# --- what is absent ------------------------------------------------------------------------------


def test_what_the_ehr_says_it_does_not_know_is_absent() -> None:
    unknown = {"extension": [{"url": DATA_ABSENT, "valueCode": "unknown"}]}
    thing = element(_birthDate=unknown, code=unknown, status="active", _status={"id": "s"})

    assert thing.text("birthDate") is None
    assert thing.date("birthDate") is None
    assert thing.is_absent("birthDate")
    assert thing.is_absent("code")
    assert not thing.is_absent("status")
    assert not thing.is_absent("nothing")


def test_blank_text_is_absent() -> None:
    assert element(name=" \n ").text("name") is None


def test_what_must_be_there_is_named_when_it_is_not() -> None:
    with pytest.raises(MalformedAnswer, match=r"^Thing\.id: missing$"):
        element().required_text("id")


def test_null_keeps_a_place_in_a_list_of_texts() -> None:
    assert element(given=["Ana", None, "María"]).texts("given") == ("Ana", "María")


# --- what is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("text", 5),
        ("text", [SECRET]),
        ("texts", SECRET),
        ("texts", [SECRET, 5]),
        ("boolean", SECRET),
        ("boolean", 1),
        ("number", SECRET),
        ("number", True),
        ("whole", Decimal("1.5")),
        ("date", 2026),
        ("child", SECRET),
        ("child", [SECRET]),
        ("concept", SECRET),
        ("concept", {"text": {"secret": SECRET}}),
        ("concept", {"coding": SECRET}),
        ("concept", {"coding": [SECRET]}),
        ("concepts", {"text": SECRET}),
        ("reference", [{"display": SECRET}]),
        ("reference", {"reference": 5, "display": SECRET}),
        ("references", {"display": SECRET}),
        ("extension", SECRET),
        ("is_absent", {"extension": SECRET}),
    ],
)
def test_a_wrong_type_is_named_by_its_path_and_never_by_its_value(read: str, value: object) -> None:
    name = "extension" if read == "extension" else "name"

    with pytest.raises(MalformedAnswer, match=r"^Thing\.[\w.\[\]]+: ") as wrong:
        getattr(element(**{name: value}), read)(name)

    assert SECRET not in str(wrong.value)


def test_the_path_leads_into_lists() -> None:
    thing = element(line=[{"item": [{}, {"text": 5}]}])

    (line,) = thing.children("line")
    _, item = line.children("item")

    with pytest.raises(MalformedAnswer, match=r"^Thing\.line\[0\]\.item\[1\]\.text: not text$"):
        item.text("text")


def test_another_resource_than_expected_is_refused() -> None:
    others: list[object] = [{"resourceType": "Patient"}, {}, [], None, "MedicationRequest"]
    for json in others:
        with pytest.raises(MalformedAnswer):
            Element.resource(json, "MedicationRequest")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "coding", "reference", "identifier", "extension", "url"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
READS = ("text", "texts", "boolean", "number", "whole", "date", "is_absent", "child", "concept")
MORE_READS = ("concepts", "reference", "references", "identifier", "extension", "contained")


@given(value=anything, read=st.sampled_from(READS + MORE_READS))
def test_nothing_but_a_named_failure_comes_of_odd_json(value: object, read: str) -> None:
    thing = element(name=value, extension=value, identifier=value, contained=value)
    with suppress(MalformedAnswer):
        getattr(thing, read)("name")
    thing.has_unknown_modifier()


# --- concepts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "label"),
    [
        ({"text": "as written", "coding": [{"code": "1", "display": "as coded"}]}, "as written"),
        (
            {
                "coding": [
                    {"code": "1", "display": "first"},
                    {"code": "2", "display": "chosen", "userSelected": True},
                ]
            },
            "chosen",
        ),
        ({"coding": [{"code": "1"}, {"code": "2", "display": "any display"}]}, "any display"),
        ({"coding": [{"code": "bare"}]}, "bare"),
        ({}, ""),
    ],
)
def test_words_come_before_codes(parts: dict[str, Any], label: str) -> None:
    assert concept(**parts).label == label


def test_a_code_is_found_by_its_system_wherever_it_stands() -> None:
    potassium = concept(
        coding=[{"system": "urn:local", "code": "K"}, {"system": LOINC, "code": "2823-3"}]
    )

    assert potassium.code(LOINC) == "2823-3"
    assert potassium.has(LOINC, "2823-3", "other")
    assert not potassium.has(LOINC, "K")
    assert potassium.code("urn:nobody") is None


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u00ad", "\x07"]
)
def test_no_hidden_character_turns_or_hides_a_label(hidden: str) -> None:
    assert concept(text=f"lisi{hidden}nopril").label == "lisinopril"
    assert concept(coding=[{"display": f"lisi{hidden}nopril"}]).label == "lisinopril"
    doctor = element(who={"display": f"Dr. {hidden}Kim"}).reference("who")
    assert doctor is not None
    assert doctor.display == "Dr. Kim"


# --- references ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "target"),
    [
        ("Patient/7", "Patient/7"),
        ("Patient/7/_history/2", "Patient/7"),
        ("Patient/a-B.9", "Patient/a-B.9"),
        ("https://elsewhere.example/fhir/Patient/7", None),
        ("//elsewhere.example/Patient/7", None),
        ("Observation/1/Patient/7", None),
        ("Patient/..", None),
        ("Patient/../_history/1", None),
        ("Patient/7?x=1", None),
        ("Patient?identifier=7", None),
        ("Patient/7 ", "Patient/7"),
        ("Patient/७", None),
        ("urn:uuid:0c1e0000-0000-4000-8000-000000000000", None),
        ("#med", None),
        ("", None),
    ],
)
def test_only_a_plain_pointer_into_the_same_ehr_has_a_target(raw: str, target: str | None) -> None:
    reference = element(who={"reference": raw}).reference("who")

    assert reference is not None
    assert reference.target == target


def test_a_pointer_without_an_address_still_says_what_it_is() -> None:
    known = {"type": "Practitioner", "identifier": {"system": "urn:npi", "value": "12"}}
    someone = element(who=known | {"display": "Dr. Kim"}).reference("who")

    assert someone == Reference("", "Dr. Kim", ("urn:npi", "12"), "Practitioner")
    assert someone.kind == "Practitioner"


def test_what_lies_inside_is_found_by_its_local_id() -> None:
    thing = element(
        medication={"reference": "#med"},
        contained=[
            {"resourceType": "Patient", "id": "other"},
            {"resourceType": "Medication", "id": "med"},
        ],
    )
    inside = thing.reference("medication")

    assert inside is not None
    assert inside.contained == "med"
    assert thing.contained("med") == {"resourceType": "Medication", "id": "med"}
    assert thing.contained("none") is None


@pytest.mark.parametrize("many", [True, False])
def test_an_identifier_is_found_by_its_system(many: bool) -> None:
    mine = {"system": "urn:mine", "value": "5"}
    value = [{"system": "urn:other", "value": "9"}, mine] if many else mine

    assert element(identifier=value).identifier("urn:mine") == "5"
    assert element(identifier=value).identifier("urn:nobody") is None


def test_all_identifiers_of_one_system_are_found() -> None:
    both = [{"system": "urn:mine", "value": "5"}, {"system": "urn:mine", "value": "6"}]

    assert element(identifier=both).identifiers("urn:mine") == ("5", "6")


# --- modifiers -----------------------------------------------------------------------------------

MODIFIER = [{"url": "urn:unheard-of", "valueBoolean": True}]


@pytest.mark.parametrize(
    "json",
    [
        {"modifierExtension": MODIFIER},
        {"implicitRules": "urn:rules"},
        {"dosageInstruction": [{"text": "one", "modifierExtension": MODIFIER}]},
        {"contained": [{"resourceType": "Medication", "modifierExtension": MODIFIER}]},
    ],
)
def test_a_modifier_that_nobody_knows_is_noticed_at_any_depth(json: dict[str, Any]) -> None:
    assert Element(json, "Thing").has_unknown_modifier()


def test_a_plain_extension_modifies_nothing() -> None:
    assert not element(extension=[{"url": "urn:any"}], modifierExtension=[]).has_unknown_modifier()


@pytest.mark.parametrize(
    ("odd", "place"),
    [
        ({"coding": [{"code": "1"}, {"code": 2}]}, "Observation.code.coding[1].code: not text"),
        ({"coding": [{"code": "1"}, None]}, "Observation.code.coding[1]: not an object"),
        ({"coding": {"code": "1"}}, "Observation.code.coding: not a list"),
        ({"text": ["a"]}, "Observation.code.text: not text"),
        ("a", "Observation.code: not an object"),
    ],
)
def test_one_odd_code_among_plain_ones_is_named_by_its_place(odd: object, place: str) -> None:
    element = Element.resource(
        {"resourceType": "Observation", "code": odd, "category": [{"text": "plain"}, odd]},
        "Observation",
    )

    with pytest.raises(MalformedAnswer, match=re.escape(place)):
        element.concept("code")
    with pytest.raises(MalformedAnswer, match=re.escape(place.replace("code", "category[1]", 1))):
        element.concepts("category")


def test_codes_that_say_less_or_more_than_usual_are_read_all_the_same() -> None:
    chosen = {"system": " s ", "code": "c", "display": "d", "userSelected": True}
    element = Element.resource(
        {"resourceType": "Observation", "code": {"coding": [chosen, {"display": None}, {}]}},
        "Observation",
    )

    read = element.concept("code")

    assert read is not None
    assert read.codings == (
        Coding("s", "c", "d", chosen=True),
        Coding("", "", ""),
        Coding("", "", ""),
    )
    assert element.concepts("category") == ()

"""What patients and those who act for them may see, by the clinic's files."""

from __future__ import annotations

from datetime import date

import pytest

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Coding, Concept
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy
from tests.workflow.conftest import Copy

TODAY = date(2026, 3, 1)
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
NORMAL = (CONFIDENTIALITY, "N")
RESTRICTED = (CONFIDENTIALITY, "R")
NOT_FOR_THE_PATIENT = ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "NOPAT")
UNHEARD_OF = ("urn:somewhere", "secret")


@pytest.fixture
def policy(policy_copy: Copy) -> Policy:
    return load_policy(policy_copy.folder)


@pytest.mark.parametrize(
    ("labels", "patient", "proxy"),
    [
        pytest.param([], True, True, id="nothing said"),
        pytest.param([NORMAL], True, True, id="normal"),
        pytest.param([RESTRICTED], True, False, id="restricted: the patient's own"),
        pytest.param([NORMAL, RESTRICTED], True, False, id="the strictest label counts"),
        pytest.param([NOT_FOR_THE_PATIENT], False, False, id="for staff"),
        pytest.param([RESTRICTED, NOT_FOR_THE_PATIENT], False, False, id="restricted, for staff"),
        pytest.param([UNHEARD_OF], False, False, id="nobody has decided on it"),
    ],
)
def test_labels_decide_who_sees_a_document(
    policy: Policy, labels: list[tuple[str, str]], patient: bool, proxy: bool
) -> None:
    privacy, found = policy.privacy, frozenset(labels)

    assert privacy.keeps_back_document(found, proxy=False) is not patient
    assert privacy.keeps_back_document(found, proxy=True) is not proxy


def test_elsewhere_a_label_that_nobody_knows_stops_only_who_acts_for_the_patient(
    policy: Policy,
) -> None:
    assert not policy.privacy.keeps_back(frozenset({UNHEARD_OF}), proxy=False)
    assert policy.privacy.keeps_back(frozenset({UNHEARD_OF}), proxy=True)
    assert policy.privacy.keeps_back(frozenset({NOT_FOR_THE_PATIENT}), proxy=False)


@pytest.mark.parametrize(
    ("born", "holds"),
    [
        ("2014-03-02", False),  # twelve tomorrow
        ("2014-03-01", True),  # twelve today
        ("2008-03-02", True),  # eighteen tomorrow
        ("2008-03-01", False),
        ("2014", True),  # may be twelve
        ("2015", False),
        ("1950-01-01", False),
        (None, True),  # not known: may be a teenager
    ],
)
def test_a_teenager_is_who_may_be_of_that_age(
    policy: Policy, born: str | None, holds: bool
) -> None:
    assert policy.privacy.teenagers.holds(FhirDate.parse(born), TODAY) is holds


def test_a_document_is_of_a_kind_by_its_code_or_else_by_the_words_of_its_type(
    policy: Policy,
) -> None:
    coded = Concept("Note", (Coding("http://loinc.org", "11506-3", ""),))
    uncoded, strange = Concept("LETTER"), Concept("Letter", (Coding("urn:x", "1", ""),))
    category = Concept("", (Coding("http://loinc.org", "11506-3", ""),))

    def kind(type_: Concept, *categories: Concept) -> list[str]:
        return [each.code for each in policy.document_kinds if each.covers(type_, categories)]

    assert kind(coded) == ["notes"]
    assert kind(uncoded) == ["letters"]
    assert kind(strange) == []
    assert kind(strange, category) == ["notes"]
    assert kind(Concept("")) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "privacy.toml",
            'jurisdiction = "US-IL"',
            'jurisdiction = "US-LI"',
            "policy/privacy.toml: teenagers.jurisdiction 'US-LI' is not one of the tables below;"
            " did you mean 'US-IL'?",
        ),
        (
            "privacy.toml",
            'hidden_sections = ["costs", "download"]',
            'hidden_sections = ["cost"]',
            "policy/privacy.toml: teenagers.US-IL.hidden_sections[0] 'cost' is not a section;"
            " did you mean 'costs'?",
        ),
        (
            "privacy.toml",
            "[teenagers.US-IL]\nfrom_age = 12",
            "[teenagers.US-IL]\nfrom_age = 18",
            "policy/privacy.toml: teenagers.US-IL.until_age is not above from_age",
        ),
        (
            "privacy.toml",
            '  "http://terminology.hl7.org/CodeSystem/v3-Confidentiality|V",',
            '  "http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R",',
            "policy/privacy.toml: labels"
            " 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R' is in two lists",
        ),
        (
            "privacy.toml",
            '  "http://terminology.hl7.org/CodeSystem/v3-ActCode|PSYTHPN",',
            '  "PSYTHPN",',
            "policy/privacy.toml: labels.nobody[2] 'PSYTHPN' is not a system and a code with |"
            " between",
        ),
        (
            "documents.toml",
            'words = ["Form"]',
            'words = ["Form", "letter"]',
            "policy/documents.toml: kinds[5] shares its code or its documents with 'letters'",
        ),
        (
            "documents.toml",
            'words = ["Form"]',
            "",
            "policy/documents.toml: kinds[5] has neither codes nor words: no document can be of"
            " this kind",
        ),
        (
            "documents.toml",
            'name.es = "Formularios"\n',
            "",
            "policy/documents.toml: kinds[5].name.es is missing: every text is needed in every"
            " language",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(
    policy_copy: Copy, file: str, old: str, new: str, problem: str
) -> None:
    policy_copy.change(file, old, new)

    assert policy_copy.problems() == [problem]


@pytest.mark.parametrize(
    "address", ["http://clinic.example.org/pay", "https://user@clinic.example.org", "pay", "https:"]
)
def test_payments_lead_to_an_https_address_or_nowhere(policy_copy: Copy, address: str) -> None:
    policy_copy.change("costs.toml", "https://clinic.example.org/pay", address)

    assert policy_copy.problems() == [
        f"policy/costs.toml: payment_page '{address}' is not an https address"
    ]

"""What an EHR declares, and above all what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.errors import MalformedAnswer
from smartapp.fhir.capability import Capability


def statement(**resource: Any) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "rest": [
            {"mode": "client", "resource": [{"type": "Task", "interaction": [{"code": "create"}]}]},
            {"mode": "server", "resource": [{"type": "Communication", **resource}]},
        ],
    }


CODES = [{"code": "create"}, {"code": "search-type"}]
IDENTIFIER = [{"name": "identifier", "type": "token"}]


def test_what_is_declared_can_be_done() -> None:
    capability = Capability.from_fhir(statement(interaction=CODES))

    assert capability.declares("Communication", "create")
    assert not capability.declares("Communication", "update")
    assert capability.creatable == {"Communication"}


def test_what_another_program_can_do_is_not_declared() -> None:
    assert not Capability.from_fhir(statement()).declares("Task", "create")


@pytest.mark.parametrize(
    ("resource", "searches", "once"),
    [
        ({"interaction": CODES, "searchParam": IDENTIFIER, "conditionalCreate": True}, True, True),
        (
            {"interaction": CODES, "searchParam": IDENTIFIER, "conditionalCreate": False},
            True,
            False,
        ),
        ({"interaction": CODES, "searchParam": IDENTIFIER}, True, False),
        ({"interaction": CODES, "conditionalCreate": True}, False, False),
        ({"searchParam": IDENTIFIER, "conditionalCreate": True}, False, False),
        ({}, False, False),
    ],
)
def test_a_create_can_be_repeated_only_where_all_of_it_is_declared(
    resource: dict[str, Any], searches: bool, once: bool
) -> None:
    capability = Capability.from_fhir(statement(**resource))

    assert capability.searches_by("Communication", "identifier") is searches
    assert capability.creates_once("Communication") is once
    assert not capability.creates_once("Task")


@pytest.mark.parametrize(
    "json",
    [{"resourceType": "OperationOutcome"}, {}, statement(interaction="all"), statement(type=5)],
)
def test_a_statement_that_makes_no_sense_is_malformed(json: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswer):
        Capability.from_fhir(json)


def test_an_ehr_that_declares_nothing_can_do_nothing() -> None:
    nothing = Capability.from_fhir({"resourceType": "CapabilityStatement"})

    assert nothing.creatable == frozenset()
    assert not nothing.declares("Patient", "read")

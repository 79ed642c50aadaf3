"""The gate: three types, valid, about one patient, and nothing else ever leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from smartapp.errors import InvalidResource
from smartapp.fhir.questionnaire import Questionnaire
from smartapp.fhir.writable import check_change, check_writable
from tests.fhir import writing
from tests.fhir.conftest import order

MARIA = "Patient/maria"
KINDS = (writing.message, writing.task, writing.response)


@pytest.mark.parametrize("make", KINDS)
def test_what_the_app_writes_passes(make: Callable[[], dict[str, Any]]) -> None:
    check_writable(make(), MARIA)


@pytest.mark.parametrize(
    "resource",
    [
        order("1"),
        {"resourceType": "Observation", "status": "final", "subject": {"reference": MARIA}},
        {"resourceType": "Bundle", "type": "transaction"},
        {"resourceType": ["Communication"]},
        {},
    ],
)
def test_no_other_type_is_written(resource: dict[str, Any]) -> None:
    with pytest.raises(InvalidResource):
        check_writable(resource, MARIA)


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/other"},
        {"reference": f"https://elsewhere.example/fhir/{MARIA}"},
        {"reference": "patient/maria"},
        {"display": "María López"},
        {},
        None,
        MARIA,
    ],
)
def test_nothing_is_written_about_anybody_else(
    make: Callable[[], dict[str, Any]], subject: object
) -> None:
    resource = make()
    resource["for" if resource["resourceType"] == "Task" else "subject"] = subject

    for check in (check_writable, check_change):
        with pytest.raises(InvalidResource):
            check(resource, MARIA)


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize(
    "status", ["done", "entered-in-error", "Completed", "", None, ["completed"], 1]
)
def test_a_status_that_the_app_does_not_write_is_refused(
    make: Callable[[], dict[str, Any]], status: object
) -> None:
    with pytest.raises(InvalidResource):
        check_writable(make() | {"status": status}, MARIA)


@pytest.mark.parametrize(
    "empty", ["", " \n", [], {}, None, [""], [{}], {"text": ""}, {"coding": []}]
)
def test_nothing_empty_is_sent(empty: object) -> None:
    with pytest.raises(InvalidResource, match=r"^Communication\.topic"):
        check_writable(writing.message() | {"topic": empty}, MARIA)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": [{"contentString": 5}]},
        {"payload": "words"},
        {"sent": "yesterday"},
        {"priority": "high"},
        {"priority": ["urgent"]},
        {"payloads": [{"contentString": "words"}]},
        {"sender": [{"reference": MARIA}]},
    ],
)
def test_a_wrong_structure_is_refused_without_repeating_what_was_written(
    change: dict[str, Any],
) -> None:
    with pytest.raises(InvalidResource) as refused:
        check_writable(writing.message(words="canary words") | change, MARIA)

    assert "canary" not in str(refused.value)


def test_an_ehrs_own_ways_do_not_stop_a_change_to_its_task() -> None:
    odd = writing.task() | {"id": "1", "note": [], "requestedPeriod": {"start": "2026"}}

    check_change(odd, MARIA)
    with pytest.raises(InvalidResource):
        check_writable(odd, MARIA)


@given(writing.messages)
def test_every_message_that_can_be_made_passes(parts: dict[str, Any]) -> None:
    check_writable(writing.message(**parts), MARIA)


@given(writing.tasks)
def test_every_task_that_can_be_made_passes(parts: dict[str, Any]) -> None:
    check_writable(writing.task(**parts), MARIA)


@given(writing.answered_forms())
def test_every_response_that_can_be_made_passes(
    filled: tuple[Questionnaire, dict[str, tuple[Any, ...]]],
) -> None:
    form, answers = filled

    check_writable(writing.response(questionnaire=form, answers=answers), MARIA)

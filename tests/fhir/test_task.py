"""One unit of work: made, read, and changed without losing what the EHR wrote into it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from smartapp.errors import MalformedAnswer
from smartapp.fhir.change import Change, Kind
from smartapp.fhir.element import Reference
from smartapp.fhir.task import ENDED, OPEN, WorkTask, detail, etag_of
from tests.fhir import writing
from tests.fhir.writing import NOON, ROUTING, VOCABULARY

LATER = datetime(2026, 11, 20, 13, tzinfo=UTC)


def read(json: dict[str, Any], **more: Any) -> WorkTask:
    found = WorkTask.from_fhir({"id": "9", "meta": {"versionId": "4"}, **json, **more}, VOCABULARY)
    assert found is not None
    return found


def test_work_comes_back_as_it_was_made() -> None:
    task = read(writing.task())

    assert task.reference == "Task/9"
    assert task.etag == 'W/"4"'
    assert (task.status, task.stage, task.is_open) == ("requested", "received", True)
    assert (task.topic, task.description) == ("refill", "Refill: lisinopril 10 mg")
    assert (task.patient, task.focus) == ("Patient/maria", "Communication/5")
    assert task.response == "QuestionnaireResponse/4"
    assert task.routing == ROUTING
    assert task.owner is None
    assert task.authored is not None
    assert task.authored.earliest == NOON


@given(writing.tasks)
def test_every_work_comes_back_with_its_decision(parts: dict[str, Any]) -> None:
    task = read(writing.task(**parts))
    routing = parts["routing"]

    assert task.routing.queue == routing.queue
    assert task.routing.priority == routing.priority
    assert task.routing.due == (routing.due and routing.due.replace(microsecond=0))
    assert task.routing.summary == routing.summary.strip()
    assert task.response == parts["answers"]
    assert task.topic == parts["topic"][0]


def test_a_change_keeps_everything_that_nobody_here_understands() -> None:
    odd: dict[str, Any] = {
        "extension": [{"url": "urn:ehr", "valueDecimal": 1}],
        "requestedPeriod": {"end": "2026-12-01"},
        "note": [{"text": "Called twice"}],
        "output": [{"type": {"text": "theirs"}, "valueString": "kept"}],
        "_description": {"extension": [{"url": "urn:lang", "valueCode": "en"}]},
    }
    task = read(writing.task(), **odd)
    before = copy.deepcopy(dict(task.json))

    claim = Change(Kind.CLAIMED, LATER, Reference("Practitioner/tom", "Tom Reyes"))
    changed = task.changed(
        vocabulary=VOCABULARY, now=LATER, status="accepted", stage="with-nurse", changes=(claim,)
    )

    assert changed["extension"] == [*odd["extension"], claim.as_extension(VOCABULARY.change)]
    touched = {"status", "businessStatus", "lastModified", "extension"}
    assert {name: changed[name] for name in changed if name not in touched} == {
        name: before[name] for name in before if name not in touched
    }
    assert changed["status"] == "accepted"
    assert task.json == before


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        *((status, True) for status in OPEN),
        *((status, False) for status in ENDED),
        ("something-new", True),
    ],
)
def test_only_what_is_known_to_have_ended_has_ended(status: str, is_open: bool) -> None:
    assert read(writing.task() | {"status": status}).is_open is is_open


def test_work_entered_in_error_was_never_work() -> None:
    bare = {"resourceType": "Task", "id": "9", "status": "entered-in-error"}

    assert WorkTask.from_fhir(bare, VOCABULARY) is None


@pytest.mark.parametrize(
    ("period", "due"),
    [
        (
            {"restriction": {"period": {"end": "2026-11-24T17:00:00-05:00"}}},
            (2026, 11, 24, 22, 0, 0),
        ),
        ({"restriction": {"period": {"end": "2026-11-24"}}}, (2026, 11, 24, 23, 59, 59)),
        ({"restriction": {}, "executionPeriod": {"end": "2026-11-24"}}, (2026, 11, 24, 23, 59, 59)),
    ],
)
def test_work_that_is_due_on_a_day_has_until_its_end(
    period: dict[str, Any], due: tuple[int, ...]
) -> None:
    task = read(writing.task() | {"restriction": None} | period)

    assert task.routing.due == datetime(*due, tzinfo=UTC)  # type: ignore[misc, arg-type]  # the parts of a moment


def test_work_without_a_due_time_has_none() -> None:
    assert read(writing.task() | {"restriction": None}).routing.due is None


def test_how_it_ended_is_read_from_its_output() -> None:
    outcome = {"coding": [{"system": VOCABULARY.outcome, "code": "refilled"}], "text": "Refilled"}
    task = read(
        writing.task() | {"status": "completed"},
        output=[
            {"type": {"text": "other"}},
            detail(VOCABULARY, "outcome", valueCodeableConcept=outcome),
        ],
    )

    assert task.outcome is not None
    assert task.outcome.code(VOCABULARY.outcome) == "refilled"


@pytest.mark.parametrize(
    "odd",
    [
        {"status": None},
        {"id": None},
        {"input": "none"},
        {"performerType": {"text": "nurse"}},
        {"modifierExtension": [{"url": "urn:unheard-of"}]},
    ],
)
def test_work_that_makes_no_sense_is_malformed(odd: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswer):
        read(writing.task() | odd)


def test_work_for_a_group_names_no_patient() -> None:
    assert read(writing.task() | {"for": {"reference": "Group/all"}}).patient is None


@pytest.mark.parametrize("meta", [None, {}, [], "x", {"versionId": 4}, {"versionId": 'a"b'}])
def test_no_version_is_no_etag(meta: object) -> None:
    assert etag_of({"meta": meta}) is None

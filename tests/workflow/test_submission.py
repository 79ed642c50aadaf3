"""One submission: three resources of one id, each pointing at those before it."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from smartapp.errors import InvalidResource
from smartapp.fhir.response import answers_of
from smartapp.sessions.submission import Step, StepState
from smartapp.workflow.submission import Asked, placeholder, resolved, steps_for
from tests.workflow.submitting import ANSWERS, FORM, VOCABULARY, asked

SID = "6d0c3d6e-0000-4000-8000-000000000001"


def steps(sent: Asked, **which: bool) -> dict[str, dict[str, Any]]:
    chosen = {"with_response": True, "with_task": True} | which
    made = steps_for(sent, VOCABULARY, **chosen)
    return {each.resource_type: json.loads(each.body) for each in made}


def test_the_answers_come_first_then_the_words_then_the_work() -> None:
    made = steps_for(asked(SID), VOCABULARY, with_response=True, with_task=True)

    assert [each.resource_type for each in made] == [
        "QuestionnaireResponse",
        "Communication",
        "Task",
    ]
    assert {each.identifier_value for each in made} == {SID}
    assert len({each.identifier_system for each in made}) == 3


def test_each_points_at_what_was_sent_before_it() -> None:
    made = steps(asked(SID))

    assert made["Communication"]["about"][0]["reference"] == placeholder(SID, "response")
    assert made["Task"]["focus"]["reference"] == placeholder(SID, "message")
    assert placeholder(SID, "response") in json.dumps(made["Task"]["input"])


def test_the_same_submission_is_the_same_bytes() -> None:
    once = steps_for(asked(SID), VOCABULARY, with_response=True, with_task=True)

    assert steps_for(asked(SID), VOCABULARY, with_response=True, with_task=True) == once
    assert (
        steps_for(asked(str(uuid.uuid4())), VOCABULARY, with_response=True, with_task=True) != once
    )


def test_nothing_that_was_answered_is_lost_where_the_ehr_takes_forms() -> None:
    made = steps(asked(SID))

    assert answers_of(made["QuestionnaireResponse"]) == ANSWERS
    assert made["Communication"]["payload"] == [{"contentString": "My knee hurts"}]


def test_nothing_that_was_answered_is_lost_where_the_ehr_takes_no_forms() -> None:
    made = steps(asked(SID), with_response=False)

    assert "QuestionnaireResponse" not in made
    assert made["Communication"]["payload"][0]["contentString"].split("\n") == [
        "My knee hurts",
        "",
        "How much is left? None",
        "Did you run out before? yes",
        "Which pharmacy? Elm Street",
    ]
    assert made["Communication"]["about"] == [
        {"reference": "MedicationRequest/88", "display": "lisinopril 10 mg"}
    ]
    assert placeholder(SID, "response") not in json.dumps(made)


def test_where_no_work_can_be_made_the_message_carries_the_decision() -> None:
    made = steps(asked(SID), with_task=False)

    assert "Task" not in made
    extension = json.dumps(made["Communication"]["extension"])
    assert all(part in extension for part in ("refills", "urgent", "almost-out", "none left"))


@pytest.mark.parametrize("name", ["", "   "])
def test_a_medicine_without_a_name_can_be_asked_for(name: str) -> None:
    nameless = replace(asked(SID), subject_line=name, about=(("MedicationRequest/88", ""),))

    made = steps(nameless)

    assert made["Communication"]["about"][1] == {"reference": "MedicationRequest/88"}


def test_a_submission_without_words_is_never_promised() -> None:
    with pytest.raises(InvalidResource):
        steps(replace(asked(SID), words=""))


def test_a_subject_line_is_cut_where_others_would_cut_it() -> None:
    long = steps(replace(asked(SID), subject_line="x" * 500))

    assert len(long["Communication"]["topic"]["text"]) == 80


def test_times_carry_their_zone() -> None:
    at = datetime(2026, 11, 20, 9, 30, 15, 999, tzinfo=UTC)

    made = steps(asked(SID, at=at))

    assert made["Communication"]["sent"] == "2026-11-20T09:30:15+00:00"
    assert made["QuestionnaireResponse"]["authored"] == made["Task"]["authoredOn"]


def test_a_form_without_answers_is_still_a_response() -> None:
    empty = replace(asked(SID), answers={}, questionnaire=FORM)

    assert "item" not in steps(empty)["QuestionnaireResponse"]


# --- what stands for what is not there yet -------------------------------------------------------


def done(step: Step, reference: str | None) -> Step:
    return replace(step, state=StepState.DONE, reference=reference)


def test_what_is_known_takes_the_place_of_what_stood_for_it() -> None:
    first, second, third = steps_for(asked(SID), VOCABULARY, with_response=True, with_task=True)
    before = [done(first, "QuestionnaireResponse/4"), done(second, "Communication/5")]

    task = json.loads(resolved(third, SID, before))

    assert task["focus"] == {"reference": "Communication/5"}
    assert "QuestionnaireResponse/4" in json.dumps(task["input"])
    assert "urn:uuid" not in json.dumps(task)


def test_what_a_patient_writes_takes_nobodys_place() -> None:
    sly = replace(asked(SID), words=f"urn:uuid:{SID} Communication/7")
    first, second, _ = steps_for(sly, VOCABULARY, with_response=True, with_task=True)

    body = json.loads(resolved(second, SID, [done(first, "QuestionnaireResponse/4")]))

    assert body["payload"][0]["contentString"] == f"urn:uuid:{SID} Communication/7"

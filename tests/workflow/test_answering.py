"""What staff hand in: an answer, an outcome or both, and nothing that they did not mean to send."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from smartapp.fhir.people import Patient
from smartapp.workflow.answering import (
    GAP,
    LONGEST_ANSWER,
    Answering,
    Message,
    filled,
    read_answering,
    with_template,
)
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import requests_of
from tests.workflow.threads import TOM, VOCABULARY, at, message

SID = "6d0c3d6e-0000-4000-8000-000000000001"
MARIA = Patient.from_fhir({"resourceType": "Patient", "id": "maria"})


def read(refill: Topic, **posted: str) -> Answering:
    return read_answering(refill, {"submission": SID, **posted}, "es")


@pytest.fixture(scope="module")
def outcome(refill: Topic) -> str:
    return refill.outcomes[0].code


# --- what is missing -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "missing"),
    [
        ({"then": "send", "text": "Yes"}, ()),
        ({"then": "send", "text": "  \r\n "}, ("text",)),
        ({"then": "send"}, ("text",)),
        ({"then": "close", "text": "Yes", "outcome": "{outcome}"}, ()),
        ({"then": "close", "text": "Yes"}, ("outcome",)),
        ({"then": "close", "text": "Yes", "outcome": "invented"}, ("outcome",)),
        ({"then": "close"}, ("text", "outcome")),
        ({"then": "close-only", "outcome": "{outcome}"}, ()),
        ({"then": "close-only"}, ("outcome",)),
        ({"then": "close-only", "outcome": "{outcome}", "text": "Yes"}, ("not-sent",)),
        ({"then": "send", "text": "x" * LONGEST_ANSWER}, ()),
        ({"then": "send", "text": "x" * (LONGEST_ANSWER + 1)}, ("length",)),
        ({"then": "send", "text": "x" * (LONGEST_ANSWER - 1) + "\r\n" + "y"}, ("length",)),
        ({"then": "send", "text": "x" * (LONGEST_ANSWER - 2) + "\r\ny"}, ()),
    ],
)
def test_what_is_missing_is_said(
    refill: Topic, outcome: str, posted: dict[str, str], missing: tuple[str, ...]
) -> None:
    filled = {name: value.replace("{outcome}", outcome) for name, value in posted.items()}

    assert read(refill, **filled).missing == missing


def test_an_outcome_closes_only_where_closing_was_pressed(refill: Topic, outcome: str) -> None:
    assert read(refill, then="send", text="Yes", outcome=outcome).outcome is None
    closed = read(refill, then="close", text="Yes", outcome=outcome)
    assert closed.outcome is refill.outcomes[0]


# --- templates -----------------------------------------------------------------------------------


def test_a_template_takes_nothing_away_that_was_typed() -> None:
    words = "Su resurtido está aprobado."

    assert with_template("Hola María.", words) == f"Hola María.\n\n{words}"
    assert with_template("", words) == words
    assert with_template(words, words) == words


def test_what_the_record_does_not_know_leaves_a_gap() -> None:
    assert filled("Your visit: {visit}. {about}", {"about": "lisinopril", "visit": ""}) == (
        f"Your visit: {GAP}. lisinopril"
    )


@pytest.mark.parametrize("text", ["Because [reason].", f"Your visit: {GAP}.", "[razón]"])
@pytest.mark.parametrize("then", ["keep", "close", "wait"])
def test_nothing_goes_out_with_a_gap_in_it(
    refill: Topic, outcome: str, text: str, then: str
) -> None:
    assert read(refill, then=then, text=text, outcome=outcome).missing == ("gap",)
    assert read(refill, then="preview", text=text).missing == ()


def test_the_reminder_comes_after_the_words(refill: Topic) -> None:
    posted = {"submission": SID, "then": "keep", "text": "Yes."}
    said = read_answering(refill, posted, "es", "Un recordatorio.")

    assert said.text == "Yes.\n\nUn recordatorio."


@pytest.mark.parametrize(
    ("minutes", "known", "missing"),
    [("", None, ()), (" 5 ", 5, ()), ("601", None, ("minutes",)), ("some", None, ("minutes",))],
)
def test_minutes_are_a_number_of_a_working_day(
    refill: Topic, minutes: str, known: int | None, missing: tuple[str, ...]
) -> None:
    said = read(refill, then="keep", text="Yes", minutes=minutes)

    assert (said.minutes, said.missing) == (known, missing)


# --- the message to the patient ------------------------------------------------------------------


def answer_to(*messages: Any, refill: Topic) -> dict[str, Any]:
    (request,) = requests_of(messages, [])
    said = read(refill, then="send", text="Yes, it is on its way.")
    step = Message(said.sid, said.text, said.language).step(
        VOCABULARY,
        request=request,
        patient=MARIA,
        author=(TOM, "Tom Berg, RN"),
        at=datetime(2026, 11, 20, 12, tzinfo=UTC),
    )
    assert step.identifier_value == SID
    body: dict[str, Any] = json.loads(step.body)
    return body


def test_an_answer_joins_the_thread_it_answers(refill: Topic) -> None:
    asked, again = message("1"), message("3", sent=at(11), root="Communication/1")

    body = answer_to(asked, again, refill=refill)

    assert body["partOf"] == [{"reference": "Communication/1"}]
    assert body["inResponseTo"] == [{"reference": "Communication/3"}]
    assert body["subject"] == {"reference": "Patient/maria"}
    assert body["sender"] == {"reference": TOM, "display": "Tom Berg, RN"}
    assert body["recipient"] == [{"reference": "Patient/maria"}]
    assert body["language"] == "es"
    assert "meta" not in body
    assert "extension" not in body


def test_an_answer_goes_to_whoever_asked(refill: Topic) -> None:
    mother = message("1", "RelatedPerson/linh")

    assert answer_to(mother, refill=refill)["recipient"] == [{"reference": "RelatedPerson/linh"}]


def test_an_answer_in_a_thread_that_the_clinic_began_goes_to_the_patients_side(
    refill: Topic,
) -> None:
    begun = message("1", TOM)
    asked = message("2", "RelatedPerson/linh", sent=at(10), root="Communication/1")

    assert answer_to(begun, asked, refill=refill)["recipient"] == [
        {"reference": "RelatedPerson/linh"}
    ]
    assert answer_to(begun, refill=refill)["recipient"] == [{"reference": "Patient/maria"}]


def test_an_answer_to_a_reply_whose_first_message_is_not_there_stays_in_that_thread(
    refill: Topic,
) -> None:
    reply = message("3", root="Communication/1")

    assert answer_to(reply, refill=refill)["partOf"] == [{"reference": "Communication/1"}]


def test_a_message_that_lost_its_topic_can_be_answered(refill: Topic) -> None:
    bare = message("1", topic=("", ""), subject_line="")

    body = answer_to(bare, refill=refill)

    assert "category" not in body
    assert body["payload"] == [{"contentString": "Yes, it is on its way."}]

"""One message: sent as it is read, and read for what it is."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import PATIENT_ASSERTED
from smartapp.fhir.message import Message
from tests.fhir import writing
from tests.fhir.writing import VOCABULARY

MODIFIER = [{"url": "urn:unheard-of", "valueBoolean": True}]


def read(json: dict[str, Any], **more: Any) -> Message:
    found = Message.from_fhir({"id": "5", **json, **more}, VOCABULARY)
    assert found is not None
    return found


# --- there and back ------------------------------------------------------------------------------


def test_a_message_comes_back_as_it_was_sent() -> None:
    message = read(writing.message())

    assert message.identifier == writing.SID
    assert message.topic == "refill"
    assert message.subject_line == "Refill: lisinopril 10 mg"
    assert message.patient == "Patient/maria"
    assert message.words == ("I have 3 tablets left.",)
    assert message.language == "es"
    assert message.routing == writing.ROUTING
    assert message.sent is not None
    assert message.sent.earliest == writing.NOON
    assert [(each.target, each.display) for each in message.about] == [
        ("MedicationRequest/88", "lisinopril 10 mg")
    ]
    assert message.is_from_patient
    assert message.is_ours
    assert not message.unreadable


@given(writing.messages)
def test_every_message_comes_back_with_its_words_and_its_decision(parts: dict[str, Any]) -> None:
    message = read(writing.message(**parts))

    assert message.words == (parts["words"].strip(),)
    assert message.topic == (parts["topic"][0] or None)
    sent = parts["sent"].replace(microsecond=0)
    assert message.sent is not None
    assert message.sent.earliest.astimezone(UTC) == sent
    routing = parts["routing"]
    if routing is None:
        assert message.routing is None
    else:
        assert message.routing is not None
        assert (message.routing.queue, message.routing.priority) == (
            routing.queue,
            routing.priority,
        )
        assert message.routing.due == (routing.due and routing.due.replace(microsecond=0))


def test_only_what_the_patients_side_writes_is_marked_as_the_patients_own_words() -> None:
    for sender, marked in (
        ("Patient/maria", True),
        ("RelatedPerson/r", True),
        ("Practitioner/tom", False),
    ):
        labels = writing.message(sender=(sender, "")).get("meta", {}).get("security", [])
        assert (PATIENT_ASSERTED in [label["code"] for label in labels]) is marked


def test_a_message_without_a_subject_line_or_a_topic_has_none() -> None:
    bare = writing.message(subject_line=" ", topic=("", "ignored"))

    assert "topic" not in bare
    assert "category" not in bare


# --- what it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["entered-in-error", "preparation", "not-done"])
def test_what_was_not_sent_is_no_message(status: str) -> None:
    assert Message.from_fhir(writing.message() | {"id": "5", "status": status}, VOCABULARY) is None


def test_a_message_entered_in_error_may_hold_nothing_but_its_id() -> None:
    bare = {"resourceType": "Communication", "id": "5", "status": "entered-in-error"}

    assert Message.from_fhir(bare, VOCABULARY) is None


@pytest.mark.parametrize("status", ["completed", "in-progress", "unknown", "something-new", None])
def test_in_any_other_status_it_is_one(status: str | None) -> None:
    assert read(writing.message() | {"status": status}).words


@pytest.mark.parametrize(
    ("sender", "patient", "clinic", "perhaps"),
    [
        ({"reference": "Patient/maria"}, True, False, True),
        ({"reference": "RelatedPerson/r"}, True, False, True),
        ({"type": "Patient", "identifier": {"value": "7"}}, True, False, True),
        ({"reference": "Practitioner/tom"}, False, True, False),
        ({"reference": "PractitionerRole/tom"}, False, True, False),
        ({"reference": "#tom"}, False, True, False),
        ({"reference": "Device/robot"}, False, False, False),
        ({"reference": "Organization/clinic"}, False, False, False),
        ({"display": "Somebody"}, False, False, True),
        ({"reference": "https://elsewhere.example/fhir/Practitioner/tom"}, False, False, True),
        (None, False, False, True),
    ],
)
def test_who_wrote_it_is_never_guessed(
    sender: dict[str, Any] | None, patient: bool, clinic: bool, perhaps: bool
) -> None:
    inside = [{"resourceType": "Practitioner", "id": "tom"}]
    message = read(writing.message() | {"sender": sender, "contained": inside})

    found = (message.is_from_patient, message.is_from_clinic, message.may_be_from_patient)
    assert found == (patient, clinic, perhaps)


@pytest.mark.parametrize(
    ("links", "root"),
    [
        ({"partOf": [{"reference": "Communication/1"}]}, "Communication/1"),
        (
            {"partOf": [{"reference": "CarePlan/1"}, {"reference": "Communication/2"}]},
            "Communication/2",
        ),
        ({"partOf": [{"reference": "CarePlan/1"}]}, None),
        ({"inResponseTo": [{"reference": "Communication/3"}]}, "Communication/3"),
        ({"partOf": [{"reference": "Communication/5"}]}, None),  # itself
        ({"partOf": [{"reference": "https://elsewhere.example/Communication/1"}]}, None),
        ({}, None),
    ],
)
def test_a_thread_hangs_on_messages_only(links: dict[str, Any], root: str | None) -> None:
    assert read(writing.message(), **links).root == root


def test_what_cannot_be_shown_is_said_to_be_there() -> None:
    elsewhere = {"contentReference": {"reference": "DocumentReference/1"}}
    pointing = read(writing.message(), payload=[{"contentString": "Look"}, elsewhere])

    assert pointing.words == ("Look",)
    assert pointing.files == ()
    assert pointing.unreadable


def test_a_picture_that_came_along_is_a_file_of_the_message() -> None:
    attachment = {"contentAttachment": {"contentType": "image/png", "data": "AAAA"}}
    with_picture = read(writing.message(), payload=[{"contentString": "Look"}, attachment])

    assert with_picture.words == ("Look",)
    assert [file.at for file in with_picture.files] == [1]
    assert not with_picture.unreadable


def test_words_that_an_unknown_modifier_may_turn_round_are_not_shown() -> None:
    turned = read(writing.message(), modifierExtension=MODIFIER)

    assert turned.words == ()
    assert turned.unreadable


@pytest.mark.parametrize(
    "extension",
    [
        [],
        [{"url": "urn:other"}],
        [{"url": VOCABULARY.routing, "extension": []}],
        [{"url": VOCABULARY.routing, "extension": "dropped"}],
        [{"url": VOCABULARY.routing, "extension": [{"url": "queue", "valueString": 5}]}],
    ],
)
def test_a_decision_that_the_ehr_dropped_or_spoiled_takes_no_message_with_it(
    extension: list[Any],
) -> None:
    message = read(writing.message() | {"extension": extension})

    assert message.routing is None
    assert message.words


def test_a_message_that_makes_no_sense_is_malformed() -> None:
    odd_parts: list[dict[str, Any]] = [{"payload": "words"}, {"id": None}, {"sender": []}]
    for odd in odd_parts:
        with pytest.raises(MalformedAnswer):
            read(writing.message() | odd)


def test_a_message_about_a_group_names_no_patient() -> None:
    assert read(writing.message() | {"subject": {"reference": "Group/all"}}).patient is None

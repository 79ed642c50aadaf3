"""One message: a Communication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartapp.fhir.codes import (
    ENTERED_IN_ERROR,
    OBSERVATION_VALUE,
    PATIENT_ASSERTED,
    Vocabulary,
)
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json, Reference
from smartapp.fhir.routing import Routing

BY_THE_PATIENTS_SIDE = ("Patient/", "RelatedPerson/")


@dataclass(frozen=True)
class Message:
    id: str
    identifier: str | None
    topic: str | None
    subject_line: str
    priority: str
    patient: str | None  # "Patient/id"
    sender: Reference | None
    sent: FhirDate | None
    received: FhirDate | None
    root: str | None  # "Communication/id" of the thread's first message; None where this is it
    about: tuple[Reference, ...]
    words: tuple[str, ...]
    language: str | None
    routing: Routing | None
    unreadable: bool  # carries something that this app cannot show

    @classmethod
    def from_fhir(cls, json: Json, vocabulary: Vocabulary) -> Message | None:
        """None for what was entered in error."""
        message = Element.resource(json, "Communication")
        if message.text("status") == ENTERED_IN_ERROR:
            return None
        category = message.concepts("category")
        topic = message.concept("topic")
        subject = message.reference("subject")
        payload = list(message.children("payload"))
        words = tuple(text for each in payload if (text := each.text("contentString")))
        return cls(
            id=message.required_text("id"),
            identifier=message.identifier(vocabulary.message),
            topic=next((c for each in category if (c := each.code(vocabulary.topic))), None),
            subject_line=topic.label if topic else "",
            priority=message.text("priority") or "routine",
            patient=subject.target if subject else None,
            sender=message.reference("sender"),
            sent=message.date("sent"),
            received=message.date("received"),
            root=_root(message),
            about=message.references("about"),
            words=words,
            language=message.text("language"),
            routing=Routing.from_extension(message, vocabulary.routing),
            unreadable=len(words) < len(payload) or message.has_unknown_modifier(),
        )

    @property
    def reference(self) -> str:
        return f"Communication/{self.id}"

    @property
    def thread(self) -> str:
        return self.root or self.reference

    @property
    def is_from_patient(self) -> bool:
        return self.sender is not None and (self.sender.target or "").startswith(
            BY_THE_PATIENTS_SIDE
        )


def _root(message: Element) -> str | None:
    """The thread hangs on `partOf`, but only where that is a message: others put a plan there."""
    targets = (reference.target or "" for reference in message.references("partOf"))
    return next((target for target in targets if target.startswith("Communication/")), None)


def new_message(
    *,
    vocabulary: Vocabulary,
    identifier: str,
    topic: tuple[str, str],
    subject_line: str,
    patient: str,
    sender: tuple[str, str],
    sent: datetime,
    words: str,
    recipients: Sequence[str] = (),
    root: str | None = None,
    answer_to: str | None = None,
    about: Sequence[tuple[str, str]] = (),
    priority: str = "routine",
    language: str | None = None,
    routing: Routing | None = None,
) -> dict[str, Any]:
    """A Communication as it is sent. References are pairs of where it points and what it is."""
    code, topic_words = topic
    resource: dict[str, Any] = {
        "resourceType": "Communication",
        "identifier": [{"system": vocabulary.message, "value": identifier}],
        "status": "completed",
        "category": [{"coding": [{"system": vocabulary.topic, "code": code}], "text": topic_words}],
        "priority": priority,
        "subject": {"reference": patient},
        "topic": {"text": subject_line[:80]},
        "sent": sent.isoformat(timespec="seconds"),
        "sender": named(*sender),
        "payload": [{"contentString": words}],
    }
    if sender[0].startswith(BY_THE_PATIENTS_SIDE):
        resource["meta"] = patients_own_words()
    if language:
        resource["language"] = language
    if recipients:
        resource["recipient"] = [{"reference": target} for target in recipients]
    if root:
        resource["partOf"] = [{"reference": root}]
    if answer_to:
        resource["inResponseTo"] = [{"reference": answer_to}]
    if about:
        resource["about"] = [named(*each) for each in about]
    if routing:
        resource["extension"] = [routing.as_extension(vocabulary.routing)]
    return resource


def named(target: str, display: str = "") -> dict[str, str]:
    return {"reference": target, "display": display} if display else {"reference": target}


def patients_own_words() -> dict[str, Any]:
    """Security label: the patient's side says so."""
    return {"security": [{"system": OBSERVATION_VALUE, "code": PATIENT_ASSERTED}]}

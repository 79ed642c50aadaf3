"""One message: a Communication."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from smartapp.fhir.codes import (
    ENTERED_IN_ERROR,
    OBSERVATION_VALUE,
    PATIENT_ASSERTED,
    Vocabulary,
)
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.documentation import is_documentation, is_kept_from_patient
from smartapp.fhir.element import Element, Json, Reference
from smartapp.fhir.routing import Routing

PATIENTS_SIDE = ("Patient", "RelatedPerson")
# A device or an organization answers by itself at night: nobody has looked at the message yet.
CLINIC = ("Practitioner", "PractitionerRole")
# A draft, or one that was never sent, is no message yet.
NOT_SENT = ("preparation", "not-done")


@dataclass(frozen=True)
class Attached:
    """A file of a message, as it is called; what is in it is read when somebody opens it."""

    at: int  # its place among the parts of the message
    name: str
    size: int | None


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
    root: str | None  # "Communication/id" of an earlier message of the thread, its first if known
    about: tuple[Reference, ...]
    words: tuple[str, ...]
    language: str | None
    routing: Routing | None
    unreadable: bool  # carries something that this app cannot show
    recipients: tuple[Reference, ...] = ()
    files: tuple[Attached, ...] = ()
    kind: str = "Communication"  # or the form that stands for one that never came
    for_chart: bool = False  # a summary by staff for staff, and no message to anybody
    not_for_patient: bool = False  # by its label

    @classmethod
    def from_fhir(cls, json: Json, vocabulary: Vocabulary) -> Message | None:
        """None for what was entered in error, and for what nobody has sent."""
        message = Element.resource(json, "Communication")
        if message.text("status") in {ENTERED_IN_ERROR, *NOT_SENT}:
            return None
        category = message.concepts("category")
        topic = message.concept("topic")
        subject, sender = message.reference("subject"), message.reference("sender")
        payload = list(message.children("payload"))
        turned = message.has_unknown_modifier()
        words = tuple(text for each in payload if (text := each.text("contentString")))
        files = tuple(_files(payload))
        identity = message.required_text("id")
        return cls(
            id=identity,
            identifier=message.identifier(vocabulary.message),
            topic=next((c for each in category if (c := each.code(vocabulary.topic))), None),
            subject_line=topic.label if topic else "",
            priority=message.text("priority") or "routine",
            patient=subject.target if subject and subject.kind == "Patient" else None,
            sender=_known(message, sender) if sender else None,
            sent=message.date("sent"),
            received=message.date("received"),
            root=_earlier(message, identity),
            about=message.references("about"),
            words=() if turned else words,
            language=message.text("language"),
            routing=Routing.from_extension(message, vocabulary.routing),
            unreadable=len(words) + len(files) < len(payload) or turned,
            files=() if turned else files,
            recipients=tuple(_known(message, each) for each in message.references("recipient")),
            for_chart=is_documentation(json, vocabulary),
            not_for_patient=is_kept_from_patient(json),
        )

    @property
    def reference(self) -> str:
        return f"{self.kind}/{self.id}"

    @property
    def is_form(self) -> bool:
        """Nobody wrote any words: what was sent is the form itself."""
        return self.kind != "Communication"

    @property
    def thread(self) -> str:
        return self.root or self.reference

    @property
    def is_from_patient(self) -> bool:
        return self.sender is not None and self.sender.kind in PATIENTS_SIDE

    @property
    def is_from_clinic(self) -> bool:
        return self.sender is not None and self.sender.kind in CLINIC

    @property
    def is_among_staff(self) -> bool:
        """From the clinic, and all who get it are known and are not on the patient's side."""
        kinds = {each.kind for each in self.recipients}
        if self.for_chart or self.not_for_patient:
            return True
        return self.is_from_clinic and bool(kinds) and kinds.isdisjoint({*PATIENTS_SIDE, ""})

    @property
    def is_answer(self) -> bool:
        """Only then was a message before it answered by a person."""
        return self.is_from_clinic and not self.is_among_staff

    @property
    def may_be_from_patient(self) -> bool:
        """Where it is not known who wrote, it may not be taken for an answer."""
        return self.sender is None or self.sender.kind in {*PATIENTS_SIDE, ""}

    @property
    def is_ours(self) -> bool:
        """Written with this app, so that a queue of this clinic is where it belongs."""
        return self.identifier is not None or self.topic is not None


def _files(payload: Sequence[Element]) -> Iterator[Attached]:
    for at, part in enumerate(payload):
        attachment = part.child("contentAttachment")
        if attachment is not None and (attachment.text("data") or attachment.text("url")):
            size = attachment.whole("size")
            yield Attached(at, attachment.text("title") or "", size)


def file_in(json: Json, at: int) -> tuple[str, bytes] | None:
    """The name and the content; None where there is none, or where it lies somewhere else."""
    payload = list(Element.resource(json, "Communication").children("payload"))
    attachment = payload[at].child("contentAttachment") if 0 <= at < len(payload) else None
    data = attachment.text("data") if attachment else None
    if attachment is None or data is None:
        return None
    try:
        return attachment.text("title") or "", base64.b64decode(data, validate=True)
    except ValueError:
        return None


def attachment(name: str, content_type: str, data: bytes) -> dict[str, Any]:
    """A part of a message that is a file."""
    return {
        "contentAttachment": {
            "contentType": content_type,
            "data": base64.b64encode(data).decode(),
            "size": len(data),
            "hash": base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode(),
            "title": name,
        }
    }


def _known(message: Element, person: Reference) -> Reference:
    """Who wrote it or gets it may lie inside the message."""
    inside = message.contained(person.contained) if person.contained else None
    return replace(person, type=str(inside.get("resourceType"))) if inside else person


def _earlier(message: Element, identity: str) -> str | None:
    """The thread hangs on `partOf`, but only where that is a message: others put a plan there."""
    references = (*message.references("partOf"), *message.references("inResponseTo"))
    own = f"Communication/{identity}"
    targets = (each.target for each in references if each.kind == "Communication")
    return next((target for target in targets if target and target != own), None)


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
    files: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """A Communication as it is sent. References are pairs of where it points and what it is."""
    code, topic_words = topic
    resource: dict[str, Any] = {
        "resourceType": "Communication",
        "identifier": [{"system": vocabulary.message, "value": identifier}],
        "status": "completed",
        "priority": priority,
        "subject": {"reference": patient},
        "sent": sent.isoformat(timespec="seconds"),
        "sender": named(*sender),
        "payload": [{"contentString": words}, *files],
    }
    if code:
        resource["category"] = [coded(vocabulary.topic, code, topic_words)]
    if subject_line.strip():
        resource["topic"] = {"text": subject_line.strip()[:80]}
    if sender[0].split("/", 1)[0] in PATIENTS_SIDE:
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


def coded(system: str, code: str, text: str = "") -> dict[str, Any]:
    concept: dict[str, Any] = {"coding": [{"system": system, "code": code}]}
    return {**concept, "text": text} if text else concept


def named(target: str, display: str = "") -> dict[str, str]:
    return {"reference": target, "display": display} if display else {"reference": target}


def patients_own_words() -> dict[str, Any]:
    """Security label: the patient's side says so."""
    return {"security": [{"system": OBSERVATION_VALUE, "code": PATIENT_ASSERTED}]}

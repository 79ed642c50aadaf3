"""What a change by staff leaves in a Task: who did what, when and why. For staff alone.

Each change appends one extension, the oldest first, and none is ever taken away. Where an EHR
drops extensions the Task's own state stays right, and only what led to it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from smartapp.errors import MalformedAnswer
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Reference


class Kind(StrEnum):
    """What staff do with an item."""

    CLAIMED = "claimed"
    RELEASED = "released"
    REASSIGNED = "reassigned"
    REROUTED = "rerouted"
    ESCALATED = "escalated"
    PRIORITY = "priority"
    ASKED_PATIENT = "asked-patient"
    REPLIED = "replied"
    NOTE = "note"
    CLOSED = "closed"
    REOPENED = "reopened"
    UNDONE = "undone"
    VISIT_REQUESTED = "visit-requested"


@dataclass(frozen=True)
class Change:
    kind: str  # one of Kind, or what a later version of this app has written
    when: datetime
    by: Reference
    before: str = ""  # a code of a queue, a priority, or a reference
    after: str = ""
    rule: str = ""  # that had sent it to where it was
    reason: str = ""  # a code of the policy
    words: str = ""  # what the person wrote, for staff alone
    minutes: int | None = None
    seal: str = field(default="", repr=False)  # the server's word that this app wrote it

    def as_extension(self, url: str) -> dict[str, Any]:
        by = {"reference": self.by.raw, "display": self.by.display}
        parts: list[dict[str, Any]] = [
            {"url": "kind", "valueCode": str(self.kind)},
            {"url": "when", "valueDateTime": self.when.isoformat(timespec="seconds")},
            {"url": "by", "valueReference": {name: told for name, told in by.items() if told}},
        ]
        parts += [
            {"url": name, kind: value}
            for name, kind, value in (
                ("from", "valueString", self.before),
                ("to", "valueString", self.after),
                ("rule", "valueString", self.rule),
                ("reason", "valueCode", self.reason),
                ("words", "valueString", self.words),
                ("seal", "valueString", self.seal),
            )
            if value.strip()
        ]
        if self.minutes is not None:
            parts.append({"url": "minutes", "valueInteger": self.minutes})
        return {"url": url, "extension": parts}


def changes_of(resource: Element, url: str) -> tuple[Change, ...]:
    """As they stand there, the oldest first. What cannot be read is none: the work goes on."""
    return tuple(_changes(resource, url))


def _changes(resource: Element, url: str) -> Iterator[Change]:
    for extension in resource.children("extension"):
        if extension.json.get("url") != url:
            continue
        try:
            change = _read(extension)
        except MalformedAnswer:
            continue
        if change is not None:
            yield change


def _read(extension: Element) -> Change | None:
    parts = {part.text("url"): part for part in extension.children("extension")}

    def said(name: str, kind: str = "valueString") -> str:
        return (parts[name].text(kind) if name in parts else None) or ""

    when = FhirDate.parse(said("when", "valueDateTime"))
    kind = said("kind", "valueCode")
    if not kind or when is None:
        return None
    by = parts["by"].reference("valueReference") if "by" in parts else None
    return Change(
        kind=kind,
        when=when.earliest,
        by=by or Reference("", ""),
        before=said("from"),
        after=said("to"),
        rule=said("rule"),
        reason=said("reason", "valueCode"),
        words=said("words"),
        minutes=parts["minutes"].whole("valueInteger") if "minutes" in parts else None,
        seal=said("seal"),
    )

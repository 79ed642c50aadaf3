"""A Task that asks somebody to open an app (SMART's task profile): read, and checked to be ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.task import OPEN

CODES = "http://hl7.org/fhir/smart-app-launch/CodeSystem/smart-codes"
LONGEST_CONTEXT = 4000


class Opens(StrEnum):
    IN_EHR = "launch-app-ehr"
    STANDALONE = "launch-app-standalone"


@dataclass(frozen=True)
class AppTask:
    id: str
    status: str
    opens: Opens
    address: str  # of the app, as whoever made the Task wrote it: never to be followed unchecked
    app_context: str | None  # comes back with the token, and may be anything
    patient: str | None  # "Patient/id"
    encounter: str | None
    owner: str | None = None  # whom it is left to
    words: str = ""  # what the clinic says about it
    due: FhirDate | None = None

    @classmethod
    def from_fhir(cls, resource: Json) -> AppTask | None:
        """None for a Task that asks for something else."""
        task = Element.resource(resource, "Task")
        code = task.concept("code")
        asked = next((each for each in Opens if code and code.has(CODES, each)), None)
        if asked is None:
            return None
        addresses = list(_inputs(task, "smartonfhir-application", "valueUrl"))
        contexts = list(_inputs(task, "smartonfhir-appcontext", "valueString"))
        whom, visit, owner = (task.reference(each) for each in ("for", "encounter", "owner"))
        restriction = task.child("restriction")
        period = restriction.child("period") if restriction else None
        return cls(
            id=task.required_text("id"),
            status=task.required_text("status"),
            opens=asked,
            address=addresses[0] if len(addresses) == 1 else "",
            app_context=next((each for each in contexts if len(each) <= LONGEST_CONTEXT), None),
            patient=whom.target if whom else None,
            encounter=visit.target if visit else None,
            owner=(owner.target or owner.raw) if owner else None,
            words=task.text("description") or "",
            due=period.date("end") if period else None,
        )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN and self.status != "draft"

    @property
    def page(self) -> str:
        """That it names, if it names one: whoever shows it looks if there is such a page."""
        try:
            said = json.loads(self.app_context or "")
        except ValueError:
            return self.app_context or ""
        opens = said.get("open") if isinstance(said, dict) else said
        return opens if isinstance(opens, str) else ""

    def is_left_to(self, patient: str, reader: str) -> bool:
        """What opens inside an EHR is for the people there, unless it names the patient."""
        if self.owner is None:
            return self.opens is Opens.STANDALONE
        return self.owner in {patient, reader}

    def is_for(self, base_url: str) -> bool:
        """This very app, to the letter of its origin: nothing else is for us to open."""
        try:
            parts = urlsplit(self.address)
        except ValueError:
            return False
        origin = f"{parts.scheme}://{parts.netloc}"
        plain = "\\" not in self.address and "?" not in self.address and "#" not in self.address
        return plain and origin == base_url and parts.path in ("", "/", "/launch")


def _inputs(task: Element, code: str, value: str) -> Iterator[str]:
    for each in task.children("input"):
        kind = each.concept("type")
        said = each.text(value) or each.text("valueUri" if value == "valueUrl" else value)
        if kind and kind.has(CODES, code) and said:
            yield said

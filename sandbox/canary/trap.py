"""References and files that lead to the canary, and what else each poisoned resource is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.people.codes.systems import HL7
from sandbox.references import Resource, local_key

Json = dict[str, Any]


@dataclass(frozen=True)
class Trap:
    patient: str
    address: str
    now: datetime

    @property
    def subject(self) -> Json:
        return {"reference": f"Patient/{self.patient}"}

    @property
    def today(self) -> str:
        return self.now.date().isoformat()

    def at(self, hours: int) -> str:
        return (self.now + timedelta(hours=hours)).isoformat(timespec="seconds")

    def to(self, type_: str, field: str) -> Json:
        return {"reference": f"{self.address}/{type_}/{field}", "display": f"Elsewhere: {field}"}

    def file(self, field: str, content_type: str = "application/pdf") -> Json:
        return {
            "contentType": content_type,
            "url": f"{self.address}/{field}",
            "title": f"Elsewhere: {field}",
        }

    def patient_with_links(self, patient: Resource) -> Resource:
        links = patient.get("link", ())
        own = [link for link in links if local_key(link["other"].get("reference"))]
        return {
            **patient,
            "photo": [self.file("Patient.photo", "image/png")],
            "generalPractitioner": [self.to("Practitioner", "Patient.generalPractitioner")],
            "managingOrganization": self.to("Organization", "Patient.managingOrganization"),
            "link": [*own, {"other": self.to("Patient", "Patient.link.other"), "type": "seealso"}],
        }

    def resource(self, make: Callable[[Trap], Json]) -> Json:
        made = make(self)
        return {**made, "id": f"canary-{made['resourceType'].lower()}-{self.patient}"[:64]}


def named(text: str) -> Json:
    return {"text": text}


def active(system: str, code: str = "active") -> Json:
    return {"coding": [{"system": f"{HL7}/{system}", "code": code}]}

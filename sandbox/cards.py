"""The few lines by which the EHR's pages tell one patient from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class PatientCard:
    id: str
    name: str  # "DOE, Jane", as worklists are sorted
    full_name: str  # "Jane Doe"
    born: str  # as far as it is known: "1946-03-09", "1946", ""
    sex: str
    mrn: str

    @classmethod
    def of(cls, patient: Mapping[str, Any]) -> PatientCard:
        name = _current_name(patient.get("name", []))
        family, given = str(name.get("family", "")), " ".join(name.get("given", []))
        unsorted = str(name.get("text", "Name unknown"))
        return cls(
            id=str(patient["id"]),
            name=", ".join(filter(None, (family.upper(), given))) or unsorted,
            full_name=" ".join(filter(None, (given, family))) or unsorted,
            born=str(patient.get("birthDate", "")),
            sex={"female": "F", "male": "M", "other": "X"}.get(patient.get("gender", ""), "?"),
            mrn=next((str(each["value"]) for each in _numbers(patient)), "no number"),
        )

    def age(self, today: date) -> str:
        try:
            born = date.fromisoformat(self.born)
        except ValueError:  # not known to the day
            return "–"
        before_birthday = (today.month, today.day) < (born.month, born.day)
        return f"{today.year - born.year - before_birthday} y"


def _current_name(names: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    by_use = {name.get("use", "usual"): name for name in reversed(names)}
    first: Mapping[str, Any] = next(iter(names), {})
    return by_use.get("official") or by_use.get("usual") or first


def _numbers(patient: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Medical record numbers first, then any other identifier."""

    def is_other(identifier: Mapping[str, Any]) -> bool:
        codes = {coding.get("code") for coding in identifier.get("type", {}).get("coding", [])}
        return "MR" not in codes

    return sorted((i for i in patient.get("identifier", []) if i.get("value")), key=is_other)

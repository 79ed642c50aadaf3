"""What the rules may know about the person who asks. What is not known is left out."""

from __future__ import annotations

from datetime import date

from smartapp.fhir.encounter import Visit
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.workflow.policy.facts import Facts, FactValue


def person_facts(patient: Patient, visits: Section[Visit], language: str, today: date) -> Facts:
    facts: dict[str, FactValue] = {"language": language}
    born = patient.birth_date
    if born is not None and born.precision == "day":
        facts["age-in-years"] = months_between(born.day, today) // 12
    last = _last_visit(visits, today)
    if last is not None:
        facts["months-since-last-visit"] = months_between(last, today)
    return facts


def _last_visit(visits: Section[Visit], today: date) -> date | None:
    """Only from a whole list: a later visit might be in the part that is missing."""
    if not visits.whole or visits.failed:
        return None
    days = [each.began.day for each in visits.items if each.took_place and each.began]
    return max((day for day in days if day <= today), default=None)


def months_between(earlier: date, later: date) -> int:
    """Whole months, so that a birthday on the 29th of February is not forgotten."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)

"""What the rules may know about the person who asks. What is not known is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smartapp.fhir.encounter import Visit
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.workflow.policy.facts import Facts, FactValue
from smartapp.workflow.policy.named import Named, named_in


@dataclass(frozen=True)
class Background:
    """What else the record says. `None` is what could not be read, or not wholly."""

    medicines: Sequence[str] | None = None  # the names of those that are ordered at present
    care_teams: Sequence[str] | None = None  # what the teams are called
    places: Sequence[str] | None = (
        None  # "Location/id" and "Organization/id", the last visit's first
    )
    primary_provider: bool | None = None
    someone_else_writes: bool = False


UNREAD = Background()


def person_facts(patient: Patient, visits: Section[Visit], language: str, today: date) -> Facts:
    facts: dict[str, FactValue] = {"language": language}
    born = patient.birth_date
    if born is not None and born.precision == "day":
        facts["age-in-years"] = months_between(born.day, today) // 12
    last = _last_visit(visits, today)
    if last is not None:
        facts["months-since-last-visit"] = months_between(last, today)
        facts["days-since-last-visit"] = (today - last).days
    return facts


def background_facts(background: Background, named: Named) -> Facts:
    """A list that is known to be empty is a fact: no rule takes it for silence."""
    facts: dict[str, FactValue] = {"someone-else-writes": background.someone_else_writes}
    if background.medicines is not None:
        facts["active-medicines"] = len(background.medicines)
        facts["medicine-groups"] = named_in(background.medicines, named.medicine_groups)
    if background.care_teams is not None:
        facts["care-programs"] = named_in(background.care_teams, named.care_programs)
    if background.places is not None and (site := named.site_of(background.places)):
        facts["site"] = site
    if background.primary_provider is not None:
        facts["has-primary-provider"] = background.primary_provider
    return facts


def appointment_facts(starts: date | None, today: date) -> Facts:
    """About the appointment that a request is about. One that is over is no longer waited for."""
    if starts is None or starts < today:
        return {}
    return {"days-until-appointment": (starts - today).days}


_MARKED = {
    "critical": {"AA", "HH", "LL", "HU", "LU"},
    "abnormal": {"A", "H", "L", "HX", "LX", "POS", "DET", "R"},
    "normal": {"N", "NEG", "ND", "S"},
}


def result_facts(interpretations: Sequence[str]) -> Facts:
    """The worst mark that the laboratory gave the result, where one is known."""
    for marked, codes in _MARKED.items():
        if codes & set(interpretations):
            return {"result-is": marked}
    return {}


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

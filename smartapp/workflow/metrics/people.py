"""Who the patients are, as far as the service could differ by it. Not read is not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import CONDITION_CATEGORY, CONDITION_CLINICAL
from smartapp.fhir.element import Element, Json
from smartapp.fhir.haul import Found
from smartapp.fhir.people import Patient
from smartapp.workflow.background import last_places
from smartapp.workflow.loading import PORTION, Loader
from smartapp.workflow.metrics.fairness import NOT_KNOWN, Traits, age_band
from smartapp.workflow.person_facts import months_between
from smartapp.workflow.policy.named import Named

MOST = 1200  # people of whom more is read than that they asked
DISABILITY = "http://hl7.org/fhir/StructureDefinition/patient-disability"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
NONE_STATED = "none-stated"  # the record is read, and does not say that there is one

PROBLEMS = (
    ("category", f"{CONDITION_CATEGORY}|problem-list-item"),
    ("clinical-status", f"{CONDITION_CLINICAL}|active"),
)


@dataclass(frozen=True)
class People:
    """By "Patient/id"; `partly` names the types of which not all could be read."""

    traits: Mapping[str, Traits] = field(default_factory=dict)
    partly: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)

    def of(self, patient: str) -> Traits:
        return self.traits.get(patient, Traits())


Held = Mapping[str, Sequence[Json]]  # by patient; who is not in it was not read


def read_people(loader: Loader, patients: Iterable[str], named: Named, today: date) -> People:
    every = sorted(set(patients))
    wanted = every[:MOST]
    people = _held(loader, "Patient", "_id", wanted)
    covers = _held(loader, "Coverage", "patient", wanted, ("status", "active"))
    problems = _held(loader, "Condition", "patient", wanted, *PROBLEMS)
    visits = _held(loader, "Encounter", "patient", wanted, ("_sort", "-date"))
    read = {"Patient": people, "Coverage": covers, "Condition": problems, "Encounter": visits}
    return People(
        traits={
            patient: Traits(
                site=_site(visits.get(patient), named),
                **_self(people.get(patient), today),
                payer=_payer(covers.get(patient)),
                chronic=_chronic(problems.get(patient)),
            )
            for patient in wanted
        },
        partly=frozenset(kind for kind, held in read.items() if len(held) < len(every)),
        counts={kind: sum(map(len, held.values())) for kind, held in read.items()},
    )


def _held(
    loader: Loader, kind: str, parameter: str, wanted: Sequence[str], *more: tuple[str, str]
) -> Held:
    """Of those whose portion came whole."""
    if not wanted or not loader.gate.may(kind, "search-type"):
        return {}
    ids = [each.removeprefix("Patient/") for each in wanted]
    portions = [wanted[at : at + PORTION] for at in range(0, len(wanted), PORTION)]
    held: dict[str, list[Json]] = {}
    found = loader.in_portions(kind, parameter, ids, *more)
    for portion, answer in zip(portions, found, strict=True):
        if not isinstance(answer, Found) or not answer.complete:
            continue
        by_patient = defaultdict(list)
        for json in answer.matches:
            by_patient[_whose(json)].append(json)
        held |= {patient: by_patient[patient] for patient in portion}
    return held


def _whose(json: Json) -> str:
    kind = str(json.get("resourceType"))
    if kind == "Patient":
        return f"Patient/{json.get('id')}"
    about = json.get("beneficiary") or json.get("subject")
    reference = about.get("reference") if isinstance(about, Mapping) else None
    return reference if isinstance(reference, str) else ""


def _self(held: Sequence[Json] | None, today: date) -> dict[str, str]:
    for json in held or ():
        try:
            patient, record = Patient.from_fhir(json), Element.resource(json, "Patient")
        except MalformedAnswer:
            continue
        born = patient.birth_date
        years = months_between(born.day, today) // 12 if born else None
        return {
            "age": age_band(years) if years is not None else NOT_KNOWN,
            "language": patient.language or NOT_KNOWN,
            "need": " and ".join(_needs(record)) or NONE_STATED,
        }
    return {}


def _needs(record: Element) -> Iterator[str]:
    interpreter = record.extension(INTERPRETER)
    if interpreter is not None and interpreter.boolean("valueBoolean"):
        yield "interpreter"
    if record.extension(DISABILITY) is not None:
        yield "disability"


def _payer(held: Sequence[Json] | None) -> str:
    """The first that the record names. Nothing recorded is a group of its own."""
    if held is None:
        return NOT_KNOWN
    for json in held:
        for payor in Element.resource(json, "Coverage").references("payor"):
            if payor.display or payor.target:
                return payor.display or payor.target or NOT_KNOWN
    return NONE_STATED


def _chronic(held: Sequence[Json] | None) -> str:
    """A problem that is active and on the list of problems: what stays, as EHRs keep it."""
    if held is None:
        return NOT_KNOWN
    return "recorded" if held else NONE_STATED


def _site(held: Sequence[Json] | None, named: Named) -> str:
    """The clinic's name for the place where they were last seen."""
    try:
        places = last_places(Found(tuple(held or ())))
    except MalformedAnswer:
        return NOT_KNOWN
    return named.site_of(places or ()) or NOT_KNOWN

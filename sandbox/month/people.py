"""The people of the month: made up by dice, as mixed as a clinic's patients are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TypeVar

from sandbox.people.builders.medicines import NINETY_DAYS, Sig, order
from sandbox.people.builders.money import coverage
from sandbox.people.builders.persons import name, patient, related_person, speaks
from sandbox.people.builders.problems import condition
from sandbox.people.builders.visits import appointment, visit
from sandbox.people.cast import (
    CLINIC,
    DR_PATEL,
    LAKESHORE_SENIOR,
    MAIN_STREET,
    NURSE_OKAFOR,
    PRAIRIE_MUTUAL,
    RIVERSIDE,
    STATE_PLAN,
)
from sandbox.people.codes import care, medicines, problems
from sandbox.people.codes.systems import HL7
from sandbox.people.dates import Days
from sandbox.people.shapes import Coding, Concept, Json, Ref

T = TypeVar("T")

FAMILIES = (
    "Abbott", "Acosta", "Albrecht", "Banks", "Barrera", "Becker", "Castillo", "Coleman", "Delgado",
    "Dorsey", "Engel", "Escobar", "Farrell", "Fuentes", "Gallagher", "Guerrero", "Hanson",
    "Herrera", "Ibarra", "Jennings", "Kessler", "Lambert", "Lozano", "Maddox", "Medina", "Nolan",
    "Novak",
    "Ochoa", "Pacheco", "Prescott", "Quintana", "Rasmussen", "Rivas", "Sawyer", "Solano",
    "Thornton", "Trujillo", "Underwood", "Valdez", "Wheeler", "Winslow",
    "Yates", "Zamora", "Zielinski",
)  # fmt: skip
GIVEN = (
    "Alice", "Andres", "Beatriz", "Bruce", "Camila", "Clara", "Dennis", "Diego", "Edith", "Elena",
    "Felix", "Frances", "Gloria", "Grant", "Hector", "Helen", "Ines", "Isaac", "Joan", "Julio",
    "Karen", "Kevin", "Laura", "Leon", "Marta", "Miles", "Nora", "Oscar", "Paula", "Philip",
    "Ramon", "Rosa", "Silvia", "Stuart", "Teresa", "Victor", "Wanda", "Warren", "Yolanda", "Zoe",
)  # fmt: skip

DISABILITY = "http://hl7.org/fhir/StructureDefinition/patient-disability"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
PARENT = Concept("Parent", (Coding(f"{HL7}/v3-RoleCode", "PRN", "parent"),))
CARER = Concept("Child who cares for them", (Coding(f"{HL7}/v3-RoleCode", "CHILD", "child"),))
FIRST_NUMBER = 200_001
LONG_TERM = (
    problems.HYPERTENSION,
    problems.HIGH_CHOLESTEROL,
    problems.UNDERACTIVE_THYROID,
    problems.ASTHMA,
)
MEDICINES = (medicines.LISINOPRIL_10, medicines.ATORVASTATIN_40, medicines.HYDROCHLOROTHIAZIDE_25)
MORNING = Sig("Take 1 tablet by mouth every morning", when=("MORN",))


@dataclass(frozen=True)
class Person:
    """One patient, with all that numbers may be looked at by."""

    ref: Ref
    number: int
    family: str
    given: str
    gender: str
    age: int
    birthday: str  # "03-14"
    language: str
    payer: Ref | None
    site: Ref
    need: str  # "interpreter", "disability" or nothing
    conditions: int
    proxy: Ref | None  # who writes for them
    medicine: Concept

    @property
    def order(self) -> Ref:
        """What they ask to be refilled."""
        return Ref("MedicationRequest", f"{self.ref.id}-medicine", self.medicine.text)

    @property
    def writer(self) -> Ref:
        return self.proxy or self.ref


def population(dice: Random, count: int) -> tuple[Person, ...]:
    return tuple(_person(dice, number) for number in range(count))


def _person(dice: Random, number: int) -> Person:
    age = _age(dice)
    language = _one_of(dice, {"en": 71, "es": 24, "pl": 5})
    family, given = dice.choice(FAMILIES), dice.choice(GIVEN)
    slug = f"month-{number:03d}"
    proxied = age < 18 or (age >= 75 and dice.random() < 0.3)
    helper = f"{dice.choice(GIVEN)} {family}"
    return Person(
        ref=Ref("Patient", slug, f"{given} {family}"),
        number=FIRST_NUMBER + number,
        family=family,
        given=given,
        gender=dice.choice(("female", "male")),
        age=age,
        birthday=f"{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
        language=language,
        payer=_payer(dice, age),
        site=_one_of(dice, {MAIN_STREET: 68, RIVERSIDE: 32}),
        need=_need(dice, age, language),
        conditions=_how_many_conditions(dice, age),
        proxy=Ref("RelatedPerson", f"{slug}-writer", helper) if proxied else None,
        medicine=dice.choice(MEDICINES),
    )


def _age(dice: Random) -> int:
    low, high = _one_of(dice, {(1, 17): 13, (18, 39): 25, (40, 64): 32, (65, 79): 21, (80, 93): 9})
    return dice.randint(low, high)


def _payer(dice: Random, age: int) -> Ref | None:
    if age >= 65:
        return _one_of(dice, {LAKESHORE_SENIOR: 82, PRAIRIE_MUTUAL: 14, None: 4})
    return _one_of(dice, {PRAIRIE_MUTUAL: 58, STATE_PLAN: 33, None: 9})


def _need(dice: Random, age: int, language: str) -> str:
    if language != "en" and dice.random() < 0.55:
        return "interpreter"
    return "disability" if dice.random() < (0.22 if age >= 65 else 0.05) else ""


def _how_many_conditions(dice: Random, age: int) -> int:
    chance = 0.06 if age < 18 else 0.2 if age < 40 else 0.55 if age < 65 else 0.85
    return dice.randint(1, len(LONG_TERM)) if dice.random() < chance else 0


def _one_of(dice: Random, weights: dict[T, int]) -> T:
    return dice.choices(list(weights), weights=list(weights.values()))[0]


# --- as records -----------------------------------------------------------------------------------


def records(dice: Random, people: Sequence[Person], days: Days, length: int) -> Iterator[Json]:
    """All that is on record of them but their requests: they are known here, and have been seen."""
    for person in people:
        yield _patient(person, days)
        yield from _writer(person, days)
        yield from _covered(person, days)
        yield from _problems(dice, person, days)
        yield from order(
            person.ref, "medicine", person.medicine, MORNING, on=days.ago(260), by=DR_PATEL,
            supply=NINETY_DAYS, fills=days.each_ago(260, 170, 80),
        )  # fmt: skip
        seen = days.visit(dice.randint(20, 400))
        yield visit(person.ref, "seen", care.CHECK_UP, seen, DR_PATEL, location=person.site)
        yield from _appointment(dice, person, days, length)


def _patient(person: Person, days: Days) -> Json:
    needs = {
        "interpreter": {"url": INTERPRETER, "valueBoolean": True},
        "disability": {"url": DISABILITY, "valueCodeableConcept": {"text": "Hard of hearing"}},
    }
    return patient(
        person.ref,
        person.number,
        extension=[needs[person.need]] if person.need else None,
        active=True,
        name=[name(person.family, person.given)],
        gender=person.gender,
        birthDate=days.born(person.age, person.birthday),
        communication=speaks(person.language),
        generalPractitioner=[DR_PATEL],
        managingOrganization=CLINIC,
    )


def _writer(person: Person, days: Days) -> Iterator[Json]:
    if person.proxy is not None:
        given, _, family = person.proxy.display.partition(" ")
        relationship = PARENT if person.age < 18 else CARER
        since = days.ago(300)
        yield related_person(
            person.proxy, person.ref, relationship, names=[name(family, given)], start=since
        )


def _covered(person: Person, days: Days) -> Iterator[Json]:
    if person.payer is not None:
        plan, member = "Standard", f"MB-{person.number}"
        yield coverage(person.ref, plan, person.payer, member, days.ago(500))


def _problems(dice: Random, person: Person, days: Days) -> Iterator[Json]:
    for place, problem in enumerate(dice.sample(LONG_TERM, person.conditions)):
        yield condition(person.ref, f"problem-{place}", problem, days.ago(dice.randint(400, 4000)))


def _appointment(dice: Random, person: Person, days: Days, length: int) -> Iterator[Json]:
    """About every second of them had one within the month."""
    if dice.random() < 0.45:
        return
    on = days.visit(dice.randint(1, length - 2))
    how = _one_of(dice, {"fulfilled": 80, "noshow": 9, "cancelled": 7, "late": 4})
    kept = "cancelled" if how == "late" else how
    # When it was called off, R4 has no element for: the last change of the record tells it.
    before = 0 if how == "late" else dice.randint(3, 12)
    touched = days.visit((days.today - on).days + before)
    yield appointment(
        person.ref, "month-visit", "Follow-up visit", on, dice.choice((DR_PATEL, NURSE_OKAFOR)),
        clock=dice.choice(("09:00", "10:30", "13:00", "15:30")), status=kept, where=person.site,
        cancelationReason=Concept("The patient called it off") if kept == "cancelled" else None,
        meta={"lastUpdated": f"{_stamp(touched, how == 'late')}"},
    )  # fmt: skip


def _stamp(day: date, early: bool) -> str:
    return f"{day.isoformat()}T{'13:05' if early else '16:20'}:00Z"

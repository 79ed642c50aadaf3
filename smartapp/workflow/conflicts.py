"""Where a patient says something else than the record: found by what they answered, for a person to
settle. Nothing of it is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from smartapp.fhir.allergy import Allergy
from smartapp.fhir.contact import Contact
from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.section import Section

# How it was settled, as a note says it.
KEEP, UPDATE, ASK = "conflict-keep", "conflict-update", "conflict-ask"
SETTLED = (KEEP, UPDATE, ASK)


class About(StrEnum):
    """What a contradiction is about. The clinic names who settles each."""

    TAKING = "taking"
    ALLERGIES = "allergies"
    MEDICINES = "medicines"
    CONTACT = "contact"
    CORRECTION = "correction"


@dataclass(frozen=True)
class Conflict:
    about: About
    key: str  # the question that was answered, by which it is found again
    patient: tuple[tuple[str, str], ...]  # questions, and what they say
    record: tuple[str, ...]  # what the record says; empty where it says nothing
    known: bool = True  # False: the record could not be read, so nobody knows


@dataclass(frozen=True)
class Recorded:
    """The parts of the record that answers can contradict."""

    order: MedicationOrder | None
    orders: Section[MedicationOrder]
    allergies: Section[Allergy]
    contact: Contact | None  # None: it could not be read


def conflicts_of(topic: str, answers: Answers, recorded: Recorded) -> tuple[Conflict, ...]:
    finds = {
        "refill": _taking,
        "side-effect": _taking,
        "update-details": _details,
        "record-correction": _correction,
        "form-health-history": _history,
        "form-about-you": _details,
    }
    find = finds.get(topic)
    return tuple(find(answers, recorded)) if find else ()


def _taking(answers: Answers, recorded: Recorded) -> Iterator[Conflict]:
    """The record has it as active, and they do not take it, or not as it says."""
    said = _said(answers, "taking")
    order = recorded.order
    if not said or said[0] == "yes" or order is None or order.status != "active":
        return
    told = [("taking", each) for each in said]
    told += [("taking-why", each) for each in _said(answers, "taking-why")]
    yield Conflict(About.TAKING, "taking", tuple(told), (order.name, *order.dosage))


def _details(answers: Answers, recorded: Recorded) -> Iterator[Conflict]:
    contact, known = recorded.contact or Contact(), recorded.contact is not None
    parts = [_said(answers, name) for name in ("street", "city", "state", "zip")]
    whole = " ".join(value for part in parts for value in part)
    told = {
        "phone": _said(answers, "phone"),
        "email": _said(answers, "email"),
        "address": _said(answers, "address") or ((whole,) if whole else ()),
        "name": _said(answers, "name"),
    }
    held = {
        "phone": contact.phones,
        "email": contact.emails,
        "address": contact.addresses,
        "name": contact.names,
    }
    for key, values in told.items():
        if values and not _same_as_any(values[0], held[key]):
            yield Conflict(About.CONTACT, key, _as(key, values), held[key], known)


def _correction(answers: Answers, _recorded: Recorded) -> Iterator[Conflict]:
    """They say themselves what the record says, and what it should say."""
    said, should = _said(answers, "says"), _said(answers, "words")
    if said or should:
        yield Conflict(About.CORRECTION, "words", _as("words", should), said)


def _history(answers: Answers, recorded: Recorded) -> Iterator[Conflict]:
    allergies, orders = recorded.allergies, recorded.orders
    current = tuple(each.name for each in allergies.items if each.is_current and each.name)
    told = _said(answers, "allergy-what")
    new = tuple(each for each in told if not _named_in(each, current))
    no_allergy = answers.get("allergic", ()) == (False,)
    stated = tuple(e.name for e in allergies.items if e.is_current and not e.none_known and e.name)
    if new or (no_allergy and stated):
        told_so = _as("allergy-what", new)
        yield Conflict(About.ALLERGIES, "allergic", told_so, current, allergies.whole)
    taken = _said(answers, "medicine")
    active = tuple(e.name for e in orders.items if e.status == "active" and e.name)
    more = tuple(each for each in taken if not _named_in(each, active))
    if more:
        told_so = _as("medicine", more)
        yield Conflict(About.MEDICINES, "medicine", told_so, active, orders.whole)


def _as(question: str, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((question, each) for each in values)


def _said(answers: Answers, name: str) -> tuple[str, ...]:
    return tuple(str(value).strip() for value in answers.get(name, ()) if str(value).strip())


def _named_in(said: str, names: Sequence[str]) -> bool:
    """By the first word of four letters or more: "lisinopril 10" is "Lisinopril 10 mg tablet"."""
    word = next((each for each in said.casefold().split() if len(each) > 3), said.casefold())
    return any(word in each.casefold() for each in names)


def _same_as_any(said: str, held: Sequence[str]) -> bool:
    return any(_bare(said) == _bare(each) for each in held)


def _bare(text: str) -> str:
    """Without what people write in different ways: spaces, dashes, brackets, capitals."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())

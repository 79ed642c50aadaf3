"""A queue as it was loaded: its lines, whose they are, and what this EHR could not do for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from smartapp.errors import MalformedAnswer, SmartappError
from smartapp.fhir.haul import Found
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.workflow.loading import Loader
from smartapp.workflow.queue import QueueItem

NOTHING = Found(())


class Lack(StrEnum):
    """What this EHR cannot do for a queue, so that the page can say it."""

    WORK = "work"
    MESSAGES = "messages"
    FORMS = "forms"
    MANY_PATIENTS = "many-patients"  # it answers for one at a time, and nobody said for which
    SOME_PATIENTS = "some-patients"  # only for those of the configuration
    ORDER = "order"  # it does not sort, and there is too much to sort here


@dataclass(frozen=True)
class LoadedQueue:
    items: Section[QueueItem]  # all of a short queue; of a long one as far as it is shown
    patients: Mapping[str, Patient]  # by "Patient/id"
    total: int | None = None  # open work of these queues, as the EHR counts it
    is_long: bool = False  # only its beginning was read, and nothing of what has no work yet
    following: tuple[str, ...] = ()  # where the search for what has no work yet goes on
    looked_through: int = 0  # so many messages, so far
    lacks: frozenset[Lack] = frozenset()
    start: int = 0  # so many lines are on pages before this one
    count: int | None = None  # so many are on this page; None for all

    @property
    def shown(self) -> tuple[QueueItem, ...]:
        return on_page(self.items.items, self.start, self.count)

    @property
    def goes_on(self) -> bool:
        """There are lines after those of this page."""
        return len(self.items.items) > self.start + len(self.shown)

    @property
    def is_of_some_patients(self) -> bool:
        return bool(self.lacks & {Lack.MANY_PATIENTS, Lack.SOME_PATIENTS})


def on_page(items: tuple[QueueItem, ...], start: int, count: int | None) -> tuple[QueueItem, ...]:
    return items[start:] if count is None else items[start : start + count]


def patients_of(
    loader: Loader, items: Sequence[QueueItem], found: Found | SmartappError = NOTHING
) -> dict[str, Patient]:
    """Those that came along, and the rest by search. A line without a name says so."""
    included = {} if isinstance(found, SmartappError) else dict(found.included)
    wanted = {item.patient for item in items if item.patient}
    missing = sorted(each.removeprefix("Patient/") for each in wanted if each not in included)
    for more in loader.in_portions("Patient", "_id", missing):
        if isinstance(more, Found):
            included |= {f"Patient/{each['id']}": each for each in more.matches}
    read = ((reference, _patient(included.get(reference))) for reference in wanted)
    return {reference: patient for reference, patient in read if patient is not None}


def _patient(json: object) -> Patient | None:
    try:
        return Patient.from_fhir(json) if isinstance(json, dict) else None
    except MalformedAnswer:
        return None

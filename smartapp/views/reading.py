"""Reading parts of a patient's record for a page: at once, and on record before they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from smartapp.errors import EhrTooSlow, SmartappError
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.pages.block import Source
from smartapp.views import record
from smartapp.views.here import Here
from smartapp.workflow.loading import PAGE_SECONDS
from smartapp.workflow.record import Part, read_part

T = TypeVar("T")


@dataclass(frozen=True)
class Got:
    """The patient, and a section for each part that was asked for."""

    patient: Patient
    sections: Mapping[Part[Any], Section[Any]]

    def __getitem__(self, part: Part[T]) -> Section[T]:
        return self.sections[part]


def read(here: Here, *parts: Part[Any]) -> Got:
    """All parts and the patient, in parallel. What fails stands as such in its section; without
    the patient there is no page.
    """
    loader = here.loader()
    calls: list[Callable[[], Any]] = [
        loader.patient,
        *(partial(read_part, loader, p) for p in parts),
    ]
    patient, *results = loader.together(calls, within=PAGE_SECONDS)
    sections = {part: arrived(here, got) for part, got in zip(parts, results, strict=True)}
    sure = sure_of_patient(patient)
    record.viewed(here, sure.id, **counted(sections))
    return Got(sure, sections)


def arrived(here: Here, result: object) -> Section[Any]:
    """A call that did not end in time is a section that was too slow."""
    if isinstance(result, Section):
        return replace(result, at=here.services.now())
    failure = result if isinstance(result, SmartappError) else EhrTooSlow()
    return Section(whole=False, failure=failure)


def counted(sections: Mapping[Part[Any], Section[Any]]) -> dict[str, int]:
    """For the audit: so many of each type."""
    counts: Counter[str] = Counter()
    for part, section in sections.items():
        counts[part.kind] += len(section.items)
    return dict(counts)


def sure_of_patient(loaded: object) -> Patient:
    """Without knowing whose record this is, nothing of it is shown."""
    if isinstance(loaded, SmartappError):
        raise loaded
    if not isinstance(loaded, Patient):
        raise TypeError(type(loaded).__name__)
    return loaded


def source(here: Here, again: str) -> Source:
    return Source(
        ehr=here.services.ehr_of(here.active).name,
        phone=here.services.policy.phones.clinic,
        again=again,
    )

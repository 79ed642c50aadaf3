"""Reading parts of a patient's record for a page: at once, and on record before they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from smartapp.errors import EhrTooSlow, SmartappError
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.pages.block import Source
from smartapp.pages.showing import Showing
from smartapp.views import record
from smartapp.views.here import Here
from smartapp.views.look import look_of_browser
from smartapp.workflow.loading import PAGE_SECONDS, Loader
from smartapp.workflow.record import Part, older, read_part

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
    return _read(here, loader, parts, [partial(read_part, loader, part) for part in parts])


def read_older(here: Here, part: Part[Any], address: str, *others: Part[Any]) -> Got:
    """The same with a later page of one part, by the address that the EHR gave for it."""
    loader = here.loader()
    reads = [partial(read_part, loader, each) for each in others]
    return _read(here, loader, (part, *others), [partial(older, loader, part, address), *reads])


def _read(
    here: Here,
    loader: Loader,
    parts: Sequence[Part[Any]],
    reads: Sequence[Callable[[], Section[Any]]],
) -> Got:
    calls: list[Callable[[], Any]] = [loader.patient, lambda: here.acting, *reads]
    patient, _, *results = loader.together(calls, within=PAGE_SECONDS)
    sections = {part: arrived(here, got) for part, got in zip(parts, results, strict=True)}
    sure = sure_of_patient(patient)
    here.acts_still()
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


def showing(here: Here, page: str, *, in_short: bool = False) -> Showing:
    return Showing(
        words=here.words,
        paths=here.paths,
        glossary=here.services.policy.glossary,
        source=source(here, here.paths.page(page)),
        in_short=in_short,
        explains=look_of_browser().explains,
    )


def source(here: Here, again: str) -> Source:
    return Source(
        ehr=here.services.ehr_of(here.active).name,
        phone=here.services.policy.phones.clinic,
        again=again,
        proxy=here.is_proxy,
    )

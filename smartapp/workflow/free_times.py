"""The times that a clinic has free: shown to be asked for, never to be booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from smartapp.errors import SmartappError
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Json
from smartapp.fhir.haul import Found
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.slot import FreeTime, openings_in
from smartapp.workflow.gate import Gate
from smartapp.workflow.loading import PAGE_SECONDS, Loader
from smartapp.workflow.policy.intake import FreeTimes
from smartapp.workflow.subjects import Subject

NEEDS = (("Slot", "search-type"), ("Slot", "read"))
MOST = 200  # times in one look
MOST_SCHEDULES = 20  # of those that did not come along
NOON = 12
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def are_shown(gate: Gate) -> bool:
    return all(gate.may(*need) for need in NEEDS)


@dataclass(frozen=True)
class Finder:
    loader: Loader
    now: datetime

    def between(self, first: datetime, last: datetime) -> Section[FreeTime]:
        """The earliest first. What is over, or taken, is left out, whatever the EHR sends."""
        parameters = [
            ("status", "free"),
            ("start", f"ge{first.isoformat(timespec='seconds')}"),
            ("start", f"lt{last.isoformat(timespec='seconds')}"),
            ("_include", "Slot:schedule"),
            ("_sort", "start"),
            ("_count", "100"),
        ]
        search = partial(
            self.loader.client.search, "Slot", parameters, most=MOST, pages=3, fresh=True
        )
        (found,) = self.loader.together([search], within=PAGE_SECONDS)
        times = section_of(found, FreeTime.from_fhir)
        fit = [
            each
            for each in times.items
            if each.is_free and max(first, self.now) <= each.start.earliest < last
        ]
        fit.sort(key=lambda each: each.start.earliest)
        return replace(times, items=tuple(self._with_whose(fit, found)))

    def one(self, reference: str) -> FreeTime | None:
        read = FreeTime.from_fhir(self.loader.client.read(reference, fresh=True))
        if read is None or read.start.earliest < self.now:
            return None
        (time,) = self._with_whose([read], Found(()))
        return time

    def _with_whose(
        self, times: Iterable[FreeTime], found: Found | SmartappError
    ) -> list[FreeTime]:
        listed = list(times)
        included: Mapping[str, Json] = found.included if isinstance(found, Found) else {}
        wanted = dict.fromkeys(each.schedule for each in listed if each.schedule)
        missing = [each for each in wanted if each not in included][:MOST_SCHEDULES]
        openings = openings_in({**included, **self._read(missing)})
        return [
            replace(each, who=opening.who, where=opening.where)
            if (opening := openings.get(each.schedule or ""))
            else each
            for each in listed
        ]

    def _read(self, schedules: list[str]) -> dict[str, Json]:
        if not schedules or not self.loader.gate.may("Schedule", "read"):
            return {}
        reads = [partial(self.loader.client.read, each) for each in schedules]
        read = self.loader.together(reads, within=PAGE_SECONDS)
        return {
            reference: json
            for reference, json in zip(schedules, read, strict=True)
            if not isinstance(json, SmartappError)
        }


def time_subject(time: FreeTime, local: datetime) -> Subject:
    return Subject(time.reference, time.who or time.what, FhirDate(local, "time"), time.where)


def answered_by(wish: FreeTimes, local: datetime) -> dict[str, str]:
    """What whoever asks for this time has answered with it."""
    part = "morning" if local.hour < NOON else "afternoon"
    answers = {wish.part_of_day: part, wish.weekday: WEEKDAYS[local.weekday()]}
    return {**wish.answers, **{link_id: value for link_id, value in answers.items() if link_id}}

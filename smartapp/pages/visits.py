"""Visits: appointments that are coming, visits that were, and the page of one appointment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from smartapp.fhir.appointment import CALLED_OFF, Appointment
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.encounter import Visit
from smartapp.fhir.place import Place
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row, Source, block
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import day_words, moment_words
from smartapp.words import Words

KEY = "visits"


@dataclass(frozen=True)
class Fact:
    label: str
    lines: tuple[str, ...]
    dials: bool = False  # they are phone numbers


def coming(section: Section[Appointment], now: datetime) -> list[Appointment]:
    """The next one first; one without a date last."""
    found = [each for each in section.items if each.is_coming(now)]
    return sorted(found, key=lambda each: (each.start is None, each.start and each.start.earliest))


def coming_block(
    words: Words, paths: Paths, section: Section[Appointment], source: Source, now: datetime
) -> Block:
    return block(
        words,
        section,
        source,
        key="coming",
        heading=words("Coming appointments"),
        rows=tuple(appointment_row(words, paths, each, now) for each in coming(section, now)),
        none=words("You have no coming appointments in this record."),
    )


def appointment_row(words: Words, paths: Paths, each: Appointment, now: datetime) -> Row:
    title = when_words(words, each, now)
    facts = [f for f in (_with(words, each), _where(words, each)) if f]
    return Row(
        title=title,
        text=each.what,
        facts=tuple(facts),
        badges=(status_badge(words, each, now),),
        link=Link(title, paths.below(KEY, each.reference)),
        quiet=each.status in CALLED_OFF,
    )


def when_words(words: Words, each: Appointment, now: datetime) -> str:
    if each.start is None:
        return words("Date not set yet")
    is_near = each.start.precision == "time" and each.is_coming(now)
    return words.day_and_time(each.start.earliest) if is_near else moment_words(words, each.start)


def status_badge(words: Words, each: Appointment, now: datetime) -> Badge:
    table = {
        "booked": Badge(words("Booked"), "done"),
        "pending": Badge(words("Not confirmed yet"), "soon"),
        "proposed": Badge(words("Suggested, not booked"), "soon"),
        "waitlist": Badge(words("On the waiting list"), "soon"),
        "arrived": Badge(words("You are checked in"), "done"),
        "checked-in": Badge(words("You are checked in"), "done"),
        "fulfilled": Badge(words("Took place"), "quiet"),
        "cancelled": Badge(words("Cancelled"), "late"),
        "noshow": Badge(words("Missed"), "late"),
    }
    if each.status == "booked" and not each.is_coming(now):
        return Badge(words("Date has passed"), "quiet")
    return table.get(each.status, Badge(words("Status not stated"), "quiet"))


def _with(words: Words, each: Appointment) -> str:
    names = [person.name for person in each.people if person.name]
    return words("With {name}", name=", ".join(names)) if names else ""


def _where(words: Words, each: Appointment) -> str:
    if each.video:
        return words("By video")
    return ", ".join(place.name for place in each.places if place.name)


# --- visits that were -------------------------------------------------------------------------


def past_block(
    words: Words,
    paths: Paths,
    visits: Section[Visit],
    source: Source,
    more: Link | None,
) -> Block:
    rows = [visit_row(words, paths, each) for each in visits.items if each.took_place]
    return block(
        words,
        visits,
        source,
        key="past",
        heading=words("Past visits"),
        rows=tuple(rows),
        none=words("No past visits are in this record."),
        more=more,
    )


def missed_block(
    words: Words, paths: Paths, section: Section[Appointment], source: Source, now: datetime
) -> Block | None:
    """Appointments that are over. Each that took place is a visit above; the others stand here."""
    over = [each for each in section.items if not each.is_coming(now)]
    rows = [appointment_row(words, paths, each, now) for each in over if each.status != "fulfilled"]
    if not rows:
        return None
    return block(
        words,
        Section(section.items, at=section.at),
        source,
        key="missed",
        heading=words("Appointments that did not take place"),
        rows=tuple(rows),
        none="",
    )


def visit_row(words: Words, paths: Paths, each: Visit) -> Row:
    title = each.what or words("Visit")
    facts = [visit_when(words, each)]
    if each.people:
        facts.append(words("With {name}", name=", ".join(each.people)))
    if each.places:
        facts.append(", ".join(each.places))
    return Row(
        title=title,
        text=", ".join(each.reasons),
        facts=tuple(facts),
        badges=(Badge(words("Still going on"), "soon"),) if each.status != "finished" else (),
        link=Link(title, paths.below(KEY, each.reference)),
    )


def visit_when(words: Words, each: Visit) -> str:
    if each.began is None:
        return words("Date not stated")
    first = day_words(words, each.began)
    last = day_words(words, each.ended) if each.ended else first
    return first if first == last else words("{first} to {last}", first=first, last=last)


# --- one appointment --------------------------------------------------------------------------


@dataclass(frozen=True)
class AppointmentPage:
    shell: Shell
    heading: str
    badge: Badge
    what: str
    facts: tuple[Fact, ...]
    prepare_heading: str
    prepare: str
    forms_heading: str
    forms: tuple[str, ...]
    forms_link: Link | None
    video: Link | None
    video_note: str
    calendar: Link | None
    change: Link | None
    change_note: str
    last_heading: str
    last: tuple[Row, ...]
    last_none: str


@dataclass(frozen=True)
class Ways:
    """Where the page of an appointment leads; empty where it does not."""

    change: str
    calendar: str
    forms: str


def appointment_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    appointment: Appointment,
    places: Sequence[Place],
    visits: Section[Visit],
    ways: Ways,
    phone: str,
    now: datetime,
) -> AppointmentPage:
    is_coming = appointment.is_coming(now)
    last = _last_visit(visits, appointment.start, now)
    title = when_words(words, appointment, now)
    return AppointmentPage(
        shell=shell,
        heading=title,
        badge=status_badge(words, appointment, now),
        what=appointment.what or words("Appointment"),
        facts=tuple(_facts(words, appointment, places)),
        prepare_heading=words("How to prepare"),
        prepare=appointment.instruction
        or (words("The clinic has written nothing about how to prepare.") if is_coming else ""),
        forms_heading=words("Forms to fill in before"),
        forms=tuple(name or words("A form without a name") for _, name in appointment.forms)
        if is_coming
        else (),
        forms_link=Link(words("Go to your forms"), ways.forms) if ways.forms else None,
        video=Link(words("Join the video visit"), appointment.video)
        if appointment.video and is_coming
        else None,
        video_note=words(
            "This leaves the app and opens {host}.", host=urlsplit(appointment.video).netloc
        )
        if appointment.video
        else "",
        calendar=Link(words("Put it into your calendar"), ways.calendar)
        if ways.calendar and is_coming
        else None,
        change=Link(words("Ask to change or cancel it"), ways.change)
        if ways.change and is_coming
        else None,
        change_note=_change_note(words, phone, can_ask=bool(ways.change)) if is_coming else "",
        last_heading=words("Your last visit before this one"),
        last=(visit_row(words, paths, last),) if last else (),
        last_none=_no_last_visit(words, visits) if last is None else "",
    )


def _change_note(words: Words, phone: str, *, can_ask: bool) -> str:
    if can_ask:
        return words(
            "It stays booked until the clinic says otherwise. If it is today, call {phone}.",
            phone=phone,
        )
    return words("To change or cancel it, call the clinic at {phone}.", phone=phone)


def _facts(words: Words, each: Appointment, places: Sequence[Place]) -> list[Fact]:
    facts = []
    if each.minutes:
        length = words.plural("1 minute", "{n} minutes", each.minutes)
        facts.append(Fact(words("How long"), (length,)))
    people = tuple(person.name for person in each.people if person.name)
    if people:
        facts.append(Fact(words("With"), people))
    where = tuple(line for place in places for line in (place.name, *place.address))
    named = where or tuple(place.name for place in each.places)
    if named:
        facts.append(Fact(words("Where"), tuple(line for line in named if line)))
        phones = tuple(place.phone for place in places if place.phone)
        facts += [Fact(words("Phone"), phones, dials=True)] if phones else []
    elif each.video:
        facts.append(Fact(words("Where"), (words("By video"),)))
    else:
        facts.append(Fact(words("Where"), (words("Not stated. Ask the clinic."),)))
    if each.reasons:
        facts.append(Fact(words("What for"), each.reasons))
    if each.why_cancelled:
        facts.append(Fact(words("Why it was cancelled"), (each.why_cancelled,)))
    return facts


def _last_visit(visits: Section[Visit], before: FhirDate | None, now: datetime) -> Visit | None:
    limit = before.earliest if before and before.earliest < now else now
    found = [v for v in visits.items if v.took_place and v.began and v.began.earliest < limit]
    return max(found, key=lambda v: v.began.earliest if v.began else limit, default=None)


def _no_last_visit(words: Words, visits: Section[Visit]) -> str:
    if visits.is_known_empty:
        return words("No earlier visit is in this record.")
    if visits.failed or not visits.whole:
        return words("We could not see whether there was an earlier visit.")
    return words("No earlier visit is in this record.")

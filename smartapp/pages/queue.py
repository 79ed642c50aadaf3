"""The clinic's queue: each line is already a summary, with the oldest promise first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.people import Patient
from smartapp.fhir.routing import Routing
from smartapp.fhir.section import Section
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import day_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy, Queue
from smartapp.workflow.queue import QueueItem

# Titles, summaries and reasons are written into the EHR for all staff, in one language.
WRITTEN = "en"


@dataclass(frozen=True)
class Badge:
    text: str
    kind: str  # "urgent", "late", "soon", "done" or "quiet"


@dataclass(frozen=True)
class QueueRow:
    title: str
    href: str
    who: str
    summary: str
    why: str
    due: str
    queue: str
    owner: str
    badges: tuple[Badge, ...]
    late: bool
    mine: bool
    written_in: str


@dataclass(frozen=True)
class QueuePage:
    shell: Shell
    heading: str
    lead: str
    rows: tuple[QueueRow, ...]
    why_label: str
    none: str
    trouble: str
    again: Link | None
    urgent_label: str
    urgent: str
    freshness: str


def queue_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    policy: Policy,
    queues: tuple[Queue, ...],
    items: Section[QueueItem],
    patients: Mapping[str, Patient],
    reader: str,
    now: datetime,
    read_at: str,
    only_patient: bool,
) -> QueuePage:
    names = ", ".join(in_locale(queue.name, words.locale) for queue in queues)
    return QueuePage(
        shell=shell,
        heading=words("This patient’s open requests") if only_patient else words("Queue"),
        lead=words("You work these queues: {queues}.", queues=names)
        if names
        else words("Your role works no queue here. Ask your manager if that is wrong."),
        rows=tuple(
            _row(words, paths, policy, item, patients, reader, now, sure=items.whole)
            for item in items.items
        ),
        why_label=words("Why here"),
        none=words("Nothing is waiting.") if items.is_known_empty else "",
        trouble=_trouble(words, items),
        again=Link(words("Try again"), paths.queue) if not items.whole else None,
        urgent_label=words("What counts as urgent"),
        urgent=in_locale(policy.urgent, words.locale),
        freshness=words("Read from the EHR at {time}.", time=read_at),
    )


def _trouble(words: Words, items: Section[QueueItem]) -> str:
    if items.failed:
        return words("The queue could not be loaded. This does not mean that it is empty.")
    if not items.whole:
        return words("Not all of the queue could be loaded. There may be more than is shown.")
    return ""


def _row(
    words: Words,
    paths: Paths,
    policy: Policy,
    item: QueueItem,
    patients: Mapping[str, Patient],
    reader: str,
    now: datetime,
    *,
    sure: bool,
) -> QueueRow:
    """`sure`: all work was loaded, so a message that has none is really nobody's."""
    mine = item.owner is not None and item.owner.target == reader
    late = item.is_late(now)
    return QueueRow(
        title=item.title or words("A request"),
        href=paths.item(item.reference),
        who=who(words, patients.get(item.patient or "")),
        summary=item.routing.summary,
        why=item.routing.reason,
        due=due_words(words, item.routing.due, now) or words("No due time"),
        queue=in_locale(policy.queue(item.routing.queue).name, words.locale),
        owner=_owner(words, item, mine=mine, sure=sure),
        badges=tuple(_badges(words, item, late)),
        late=late,
        mine=mine,
        written_in=written_in(words),
    )


def due_words(words: Words, due: datetime | None, now: datetime) -> str:
    if due is None:
        return ""
    if words.is_same_day(due, now):
        return words("Due today, {time}", time=words.time(due))
    return words("Due {time}", time=words.day_and_time(due))


def written_in(words: Words) -> str:
    """The language of what stands in the EHR for staff, where it is not that of the page."""
    return "" if words.locale == WRITTEN else WRITTEN


def who(words: Words, patient: Patient | None) -> str:
    if patient is None:
        return words("Patient’s name could not be loaded")
    name = patient.name or words("Name not in the record")
    if patient.birth_date is None:
        return name
    return words("{name}, born {date}", name=name, date=day_words(words, patient.birth_date))


def _owner(words: Words, item: QueueItem, *, mine: bool, sure: bool) -> str:
    if mine:
        return words("You have it")
    if item.owner is None and not sure and not item.reference.startswith("Task/"):
        return words("It is not known who has it")
    if item.owner is None:
        return words("Nobody has it yet")
    return words("{name} has it", name=item.owner.display or words("Someone else"))


def urgency(words: Words, routing: Routing | None) -> list[Badge]:
    """A danger that the patient named is more than a short time left."""
    if routing is not None and routing.red_flags:
        return [Badge(words("Red flag"), "urgent")]
    if routing is not None and routing.priority != "routine":
        return [Badge(words("Urgent"), "soon")]
    return []


def _badges(words: Words, item: QueueItem, late: bool) -> list[Badge]:
    badges = urgency(words, item.routing)
    if late:
        badges.append(Badge(words("Late"), "late"))
    return badges

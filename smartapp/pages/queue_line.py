"""One line of the queue: whose it is, what they said, why it is here, by when, and who has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.people import Patient
from smartapp.fhir.routing import Routing
from smartapp.pages.paths import Paths
from smartapp.pages.when import day_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.queue import QueueItem

# Titles, summaries and reasons are written into the EHR for all staff, in one language.
WRITTEN = "en"


@dataclass(frozen=True)
class Badge:
    text: str
    kind: str  # "urgent", "late", "soon", "done" or "quiet"


@dataclass(frozen=True)
class QueueRow:
    key: str  # stays the same as long as the session, so that a script knows the line again
    title: str
    href: str
    who: str
    by: str  # who asked for the patient, where it was somebody else
    summary: str
    why: str
    rule: str
    asked: str
    due: str
    queue: str
    stage: str
    owner: str
    badges: tuple[Badge, ...]
    late: bool
    mine: bool
    written_in: str
    choose: str  # what its box is called, for who cannot see the line; empty where it has none
    chosen: str  # what the box stands for


@dataclass(frozen=True)
class Reading:
    """Who reads the lines, when, and what is known beside them."""

    words: Words
    paths: Paths
    policy: Policy
    patients: Mapping[str, Patient]
    reader: str
    now: datetime
    closed_since: datetime | None  # where a weekend or holidays lie right before today
    sure: bool  # all work was loaded, so what has none is really nobody's
    may_change: bool

    def row(self, item: QueueItem) -> QueueRow:
        words = self.words
        title = item.title or words("A request")
        who_it_is = who(words, self.patients.get(item.patient or ""))
        handle = self.paths.seal(item.reference)
        can_be_chosen = self.may_change and item.etag
        return QueueRow(
            key=handle[-16:],
            title=title,
            href=self.paths.item(item.reference),
            who=who_it_is,
            by=self._by(item),
            summary=item.routing.summary,
            why=item.routing.reason,
            rule=item.routing.rule,
            asked=words("Asked {time}", time=words.day_and_time(item.since)) if item.since else "",
            due=due_words(words, item.routing.due, self.now) or words("No due time"),
            queue=in_locale(self.policy.queue(item.routing.queue).name, words.locale),
            stage=stage_words(words, item),
            owner=self._owner(item),
            badges=tuple(self._badges(item)),
            late=item.is_late(self.now),
            mine=self._is_mine(item),
            written_in=written_in(words),
            choose=words("Choose: {title}, {who}", title=title, who=who_it_is)
            if can_be_chosen
            else "",
            chosen=f"{handle} {item.etag}" if can_be_chosen else "",
        )

    def is_before_closing(self, item: QueueItem) -> bool:
        closed = self.closed_since
        return closed is not None and item.since is not None and item.since < closed

    def _is_mine(self, item: QueueItem) -> bool:
        return item.owner is not None and item.owner.target == self.reader

    def _by(self, item: QueueItem) -> str:
        if not item.is_by_another or item.asked_by is None:
            return ""
        if item.asked_by.display:
            return self.words("Asked by {name} for the patient", name=item.asked_by.display)
        return self.words("Asked by somebody who acts for the patient")

    def _owner(self, item: QueueItem) -> str:
        words = self.words
        if self._is_mine(item):
            return words("You have it")
        if item.owner is None and not self.sure and not item.is_work:
            return words("It is not known who has it")
        if item.owner is None:
            return words("Nobody has it yet")
        return words("{name} has it", name=item.owner.display or words("Someone else"))

    def _badges(self, item: QueueItem) -> list[Badge]:
        badges = urgency(self.words, item.routing)
        if item.is_late(self.now):
            badges.append(Badge(self.words("Late"), "late"))
        if self.is_before_closing(item):
            badges.append(Badge(self.words("From before the weekend or holiday"), "quiet"))
        return badges


def urgency(words: Words, routing: Routing | None) -> list[Badge]:
    """A danger that the patient named is more than a short time left."""
    if routing is not None and routing.red_flags:
        return [Badge(words("Red flag"), "urgent")]
    if routing is not None and routing.priority != "routine":
        return [Badge(words("Urgent"), "soon")]
    return []


def stage_words(words: Words, item: QueueItem) -> str:
    if not item.is_work:
        return words("No work item yet")
    return {
        "received": words("New"),
        "with-nurse": words("In work"),
        "with-doctor": words("With the doctor"),
        "waiting-for-patient": words("Waits for the patient"),
    }.get(item.stage, words("New") if item.owner is None else words("In work"))


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

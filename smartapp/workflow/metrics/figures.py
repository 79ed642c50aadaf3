"""The figures of the clinic's work, each a plain function of what was handled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartapp.fhir.change import Kind
from smartapp.workflow.calendar import Calendar
from smartapp.workflow.metrics.handled import Handled
from smartapp.workflow.metrics.statistics import Share, Spread, share_of

HOUR = 3600
WEEK = timedelta(days=7)
AGES = (("day", 1), ("three-days", 3), ("week", 7), ("two-weeks", 14))  # backlog, in days
OLDER = "older"

Calendars = Callable[[str], Calendar]  # of the team that works a queue


# --- how much ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Volume:
    key: str
    asked: int
    open: int
    late: Share
    first: Spread  # business hours to the first answer
    ended: Spread  # business hours to the end
    replies: float | None  # messages of both sides in a thread that is closed
    misrouted: Share


def volume(
    items: Sequence[Handled], by: Callable[[Handled], str], calendars: Calendars, now: datetime
) -> tuple[Volume, ...]:
    """The largest first."""
    groups: dict[str, list[Handled]] = defaultdict(list)
    for item in items:
        groups[by(item)].append(item)
    found = [_volume(key, group, calendars, now) for key, group in groups.items()]
    return tuple(sorted(found, key=lambda each: (-each.asked, each.key)))


def _volume(key: str, items: Sequence[Handled], calendars: Calendars, now: datetime) -> Volume:
    return Volume(
        key=key,
        asked=len(items),
        open=sum(each.is_open for each in items),
        late=lateness(items, now),
        first=first_answers(items, calendars),
        ended=endings(items, calendars),
        replies=messages_per_thread(items),
        misrouted=misrouted(items),
    )


def by_week(items: Sequence[Handled], end: datetime, weeks: int) -> tuple[tuple[Handled, ...], ...]:
    """In weeks that end now, the oldest first."""
    starts = [end - WEEK * (weeks - place) for place in range(weeks)]
    return tuple(
        tuple(each for each in items if start <= each.asked < start + WEEK) for start in starts
    )


def messages_per_thread(items: Iterable[Handled]) -> float | None:
    """In threads that are over: one that goes on has not had its last message."""
    ended = [len(each.from_patient) + len(each.from_clinic) for each in items if not each.is_open]
    return sum(ended) / len(ended) if ended else None


# --- how fast ---------------------------------------------------------------------------------


def first_answers(items: Iterable[Handled], calendars: Calendars) -> Spread:
    """In hours that the team was there. What came in and was answered at night took none."""
    return Spread.of(
        [
            _hours(calendars(each.queue), each.asked, each.answered)
            for each in items
            if each.answered is not None
        ]
    )


def endings(items: Iterable[Handled], calendars: Calendars) -> Spread:
    return Spread.of(
        [
            _hours(calendars(each.queue), each.asked, each.closed)
            for each in items
            if each.closed is not None
        ]
    )


def _hours(calendar: Calendar, start: datetime, end: datetime) -> float:
    return calendar.open_between(start, end).total_seconds() / HOUR


def lateness(items: Iterable[Handled], now: datetime) -> Share:
    """Of those whose time has come, or that were answered before."""
    return share_of([each.is_late(now) for each in items])


# --- what waits -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Backlog:
    """What is open now, by how long it has been waiting."""

    total: int
    late: int
    unowned: int
    ages: Mapping[str, int]  # by the names of AGES, and OLDER
    oldest: timedelta | None


def backlog(items: Iterable[Handled], now: datetime) -> Backlog:
    waiting = [each for each in items if each.is_open]
    ages: Counter[str] = Counter()
    for item in waiting:
        days = (now - item.asked) / timedelta(days=1)
        ages[next((name for name, most in AGES if days <= most), OLDER)] += 1
    return Backlog(
        total=len(waiting),
        late=sum(each.is_late(now) is True for each in waiting),
        unowned=sum(not each.owner for each in waiting),
        ages={name: ages[name] for name, _ in AGES} | {OLDER: ages[OLDER]},
        oldest=max((now - each.asked for each in waiting), default=None),
    )


@dataclass(frozen=True)
class LooseEnds:
    unresolved: int  # open, and past what was promised
    orphaned: int  # nobody's: a message without work that nobody has answered
    waiting: int  # for the patient's word, and no longer than that


def loose_ends(items: Iterable[Handled], now: datetime) -> LooseEnds:
    left = [each for each in items if each.is_open]
    return LooseEnds(
        unresolved=sum(each.is_late(now) is True for each in left),
        orphaned=sum(not each.has_task and each.answered is None for each in left),
        waiting=sum(_last_deed(each) == Kind.ASKED_PATIENT for each in left),
    )


def _last_deed(item: Handled) -> str:
    spoken = [(each.when, each.kind) for each in item.deeds]
    asked = max(spoken, default=(item.asked, ""))
    written = max(item.from_patient, default=item.asked)
    return asked[1] if asked[0] > written else ""


# --- who had to -------------------------------------------------------------------------------


def physician_share(items: Sequence[Handled], physicians: Iterable[str]) -> Share:
    """Sent, escalated or passed on to a queue that only physicians work."""
    queues = tuple(physicians)
    return Share(sum(each.was_in(queues) for each in items), len(items))


def first_contact_share(items: Iterable[Handled], physicians: Iterable[str]) -> Share:
    """Of all that were answered: the first to answer was a physician."""
    queues = frozenset(physicians)
    answered = [(each, each.answered) for each in items if each.answered is not None]
    return Share(sum(each.queue_at(at) in queues for each, at in answered), len(answered))


def escalations(items: Sequence[Handled]) -> Share:
    return Share(sum(each.escalated for each in items), len(items))


def reasons(items: Iterable[Handled], kind: str) -> Mapping[str, int]:
    """Why something was done, by the policy's codes, the most frequent first."""
    told = Counter(deed.reason for each in items for deed in each.deeds if deed.kind == kind)
    return dict(sorted(told.items(), key=lambda each: (-each[1], each[0])))


def misrouted(items: Iterable[Handled]) -> Share:
    """Of those that somebody has worked on: what nobody has looked at may be wrong as well."""
    seen = [each for each in items if each.history]
    return Share(sum(each.misrouted for each in seen), len(seen))


def errors_of_rules(items: Iterable[Handled]) -> Mapping[tuple[str, str], Share]:
    """By topic and rule: how many of those that it placed had to be put right."""
    groups: dict[tuple[str, str], list[Handled]] = defaultdict(list)
    for item in items:
        if item.rule:
            groups[item.topic, item.rule].append(item)
    return {key: misrouted(group) for key, group in groups.items()}


def reopenings(items: Iterable[Handled]) -> Share:
    ended = [each for each in items if each.closed is not None or each.reopened]
    return Share(sum(each.reopened > 0 for each in ended), len(ended))

"""The figures of the clinic's work, each a plain function of what was handled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartapp.fhir.change import Kind
from smartapp.workflow.calendar import Calendar
from smartapp.workflow.metrics.handled import Colleague, Handled
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


# --- what it takes ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Worked:
    """What one colleague did."""

    who: Colleague
    claimed: int
    answered: int
    closed: int
    passed_on: int
    minutes: int | None  # None where none were typed
    untimed: int  # closed without a word on how long it took
    after_hours: int
    hours_a_week: float | None


def work_of(items: Iterable[Handled], calendar: Calendar, weeks: float) -> tuple[Worked, ...]:
    """One line for each colleague, who did most first."""
    deeds = [deed for item in items for deed in item.deeds]
    people: dict[str, Colleague] = {}
    for deed in deeds:
        if deed.who.name or deed.who.reference not in people:
            people[deed.who.reference] = deed.who
    found = []
    for reference, who in people.items():
        own = [deed for deed in deeds if deed.who.reference == reference]
        kinds = Counter(deed.kind for deed in own)
        closed = [deed for deed in own if deed.kind == Kind.CLOSED]
        typed = [deed.minutes for deed in closed if deed.minutes is not None]
        minutes = sum(typed) if typed else None
        found.append(
            Worked(
                who=who,
                claimed=kinds[Kind.CLAIMED],
                answered=kinds[Kind.REPLIED] + kinds[Kind.ASKED_PATIENT],
                closed=len(closed),
                passed_on=kinds[Kind.REROUTED] + kinds[Kind.ESCALATED] + kinds[Kind.REASSIGNED],
                minutes=minutes,
                untimed=len(closed) - len(typed),
                after_hours=sum(not calendar.is_open(deed.when) for deed in own),
                hours_a_week=minutes / 60 / weeks if minutes is not None else None,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.closed, -each.answered, each.who.name)))


def after_hours_messages(items: Iterable[Handled], calendar: Calendar) -> Share:
    """What patients write while the clinic is closed."""
    sent = [moment for each in items for moment in each.from_patient]
    return Share(sum(not calendar.is_open(moment) for moment in sent), len(sent))


def after_hours_work(items: Iterable[Handled], calendar: Calendar) -> Share:
    """What staff do then."""
    done = [deed.when for each in items for deed in each.deeds]
    return Share(sum(not calendar.is_open(moment) for moment in done), len(done))


def typed_minutes(items: Iterable[Handled]) -> tuple[int, Share]:
    """In all, and of how many endings it is known."""
    ended = [deed for each in items for deed in each.deeds if deed.kind == Kind.CLOSED]
    typed = [deed.minutes for deed in ended if deed.minutes is not None]
    return sum(typed), Share(len(typed), len(ended))


def messages_per_thread(items: Iterable[Handled]) -> float | None:
    """In threads that are over: one that goes on has not had its last message."""
    ended = [len(each.from_patient) + len(each.from_clinic) for each in items if not each.is_open]
    return sum(ended) / len(ended) if ended else None


def arrivals_by_hour(items: Iterable[Handled], calendar: Calendar) -> tuple[int, ...]:
    hours = Counter(calendar.local(each.asked).hour for each in items)
    return tuple(hours[hour] for hour in range(24))


# --- how it went ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Satisfaction:
    scores: Mapping[int, int]  # by score, 1 to 5
    mean: float | None
    well: Share  # four or five

    @classmethod
    def of(cls, scores: Iterable[int]) -> Satisfaction:
        counts = Counter(scores)
        total = sum(counts.values())
        mean = sum(score * count for score, count in counts.items()) / total if total else None
        return cls(
            {score: counts[score] for score in (5, 4, 3, 2, 1)},
            mean,
            Share(counts[5] + counts[4], total),
        )


def returning(items: Iterable[Handled]) -> Share:
    """Of all who asked for something: who asked more than once."""
    each_asked = Counter(item.patient for item in items)
    return Share(sum(count > 1 for count in each_asked.values()), len(each_asked))


@dataclass(frozen=True)
class Kept:
    """What became of the appointments whose time has come."""

    total: int
    missed: int
    called_off: int
    late: int  # of these, so near to the time that nobody else could have it
    unknown: int  # called off, and nobody says when


@dataclass(frozen=True)
class Booked:
    starts: datetime
    status: str
    called_off: datetime | None = None


def kept(appointments: Iterable[Booked], now: datetime, notice: timedelta) -> Kept:
    past = [each for each in appointments if each.starts <= now]
    off = [each for each in past if each.status == "cancelled"]
    return Kept(
        total=len(past),
        missed=sum(each.status == "noshow" for each in past),
        called_off=len(off),
        late=sum(
            each.called_off is not None and each.starts - each.called_off < notice for each in off
        ),
        unknown=sum(each.called_off is None for each in off),
    )

"""A long queue in the order in which its promises run out, read no further than it is shown.

FHIR R4 cannot sort work by when it is due, only by when it was asked for. So the open work of
each priority is read as streams, the oldest first, and merged. Each stream knows a bound: nothing
that it has not shown yet is due before. Work that nobody has touched is due by the clinic's own
times, so topics that promise alike make one stream with a close bound (`promise.py`). For all other
work (taken, handed on, changed, or of a kind that no rule makes) the bound is its age: no answer is
due before it is asked for. Both bounds together make the order exactly that of a full sort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from smartapp.errors import EhrUnreachable, MalformedAnswer, Rejected, SmartappError
from smartapp.fhir.element import Json
from smartapp.fhir.section import Section
from smartapp.fhir.task import OPEN, when_due
from smartapp.workflow.loading import PAGE_SECONDS, Loader
from smartapp.workflow.promise import Kinds, Promises
from smartapp.workflow.queue import QueueItem, from_task
from smartapp.workflow.requests import PRIORITIES

LEAST, MOST = 25, 100  # so many of a stream at a time
MOST_READ = 1500  # of one priority, for one page of the queue
ROUTINE = "routine"
UNTOUCHED = "requested"
TOUCHED = tuple(each for each in OPEN if each != UNTOUCHED)
FIRST = datetime.min.replace(tzinfo=UTC)

Parameters = tuple[tuple[str, str], ...]
Bound = Callable[[datetime], datetime]


class CannotBeSorted(SmartappError):
    """The EHR does not do what the order of the streams rests on."""

    code = "queue-unsorted"


@dataclass(frozen=True)
class Entry:
    """Work of a stream that nobody has read yet but for its times."""

    key: str
    due: datetime  # or when it was asked for, where nothing was promised
    since: datetime
    json: Json = field(repr=False)

    @property
    def place(self) -> tuple[datetime, datetime, str]:
        return self.due, self.since, self.key


@dataclass
class Stream:
    """One search, the oldest first, and how far it has been read."""

    asked: Parameters
    priority: str
    page: int
    bound: Bound | None = None  # None: the age itself
    entries: list[Entry] = field(default_factory=list)
    total: int | None = None
    whole: bool = True  # nothing was left out on the way
    _following: str | None = None
    _begun: bool = False
    _last: datetime = FIRST

    @property
    def is_at_end(self) -> bool:
        return self._begun and self._following is None

    @property
    def nothing_before(self) -> datetime:
        """No item that is still to come is due before this."""
        return self._last if self.bound is None or not self._begun else self.bound(self._last)

    def read_on(self, loader: Loader) -> None:
        if self._begun:
            found = loader.client.follow("Task", self._following, pages=1)
        else:
            sorting = (("_sort", "authored-on"), ("_count", str(self.page)))
            found = loader.search("Task", *self.asked, *sorting, fresh=True, pages=1)
            self.total = found.total
            names = {name.split(":")[0] for name, _ in self.asked} | {"_sort"}
            if found.applied is not None and not names <= found.applied:
                raise CannotBeSorted
        is_cut = not found.complete and found.following is None
        self.whole = self.whole and not is_cut and not found.withheld
        self._begun, self._following = True, found.following
        for json in found.matches:
            self.take(json)

    def take(self, json: Json) -> None:
        if json.get("priority", ROUTINE) != self.priority:
            raise CannotBeSorted
        try:
            due, asked = when_due(json)
        except MalformedAnswer:
            self.whole = False
            return
        since = asked or FIRST
        self._last = max(self._last, since)
        entry = Entry(f"Task/{json['id']}", due or since, since, json)
        self.entries.append(entry)
        # One that is due before its age says was promised by other times than those of today:
        # from there on only age counts.
        if self.bound is not None and asked is not None and entry.due < self.bound(asked):
            self.bound = None


@dataclass(frozen=True)
class Streams:
    """The streams of the queues that somebody works."""

    loader: Loader
    promises: Promises
    queues: tuple[str, ...]
    narrowed: Parameters  # what all of them are asked besides
    topic: str  # only this one; empty for all
    wants: Callable[[QueueItem], bool]
    page: int = LEAST

    def first(self, count: int, priorities: Sequence[str] = PRIORITIES) -> Section[QueueItem]:
        """So many as are due first, the most pressing before all others. Partial where some work
        is known to be there and could not be read.
        """
        found: list[QueueItem] = []
        whole = True
        pressing = [each for each in priorities if each != ROUTINE]
        for batch in (pressing, [each for each in priorities if each == ROUTINE]):
            levels = {each: [self._stream(each)] for each in batch}
            if ROUTINE in levels:  # which is also what says nothing of it
                levels[ROUTINE].append(self._stream(ROUTINE, ("priority:missing", "true")))
            whole = self.read_on([each for level in levels.values() for each in level]) and whole
            for priority, level in levels.items():
                reading = _Level(self, priority, level)
                found += reading.first(count - len(found))
                whole = whole and reading.whole
                if len(found) >= count or not reading.is_done:
                    return Section(tuple(found), whole)  # nothing comes before what is missing
        return Section(tuple(found), whole)

    def _stream(self, priority: str, *more: tuple[str, str], bound: Bound | None = None) -> Stream:
        asked = dict((*self._usual(priority), *self.narrowed, *more))
        if "priority:missing" in asked:
            del asked["priority"]
        return Stream(tuple(asked.items()), priority, self.page, bound)

    def _usual(self, priority: str) -> Parameters:
        topic = self.loader.vocabulary.topic
        usual = (
            ("status", ",".join(OPEN)),
            ("priority", priority),
            ("performer", self._performers(*self.queues)),
        )
        return (*usual, ("code", f"{topic}|{self.topic}")) if self.topic else usual

    def _performers(self, *queues: str) -> str:
        return ",".join(f"{self.loader.vocabulary.queue}|{each}" for each in queues)

    def _codes(self, topics: Sequence[str]) -> str:
        return ",".join(f"{self.loader.vocabulary.topic}|{each}" for each in topics)

    def by_promise(self, priority: str) -> Iterator[Stream]:
        """What nobody has touched, by what is promised to it."""
        for queue in self.queues:
            for kinds in self.promises.kinds(queue, priority):
                topics = self._of(kinds)
                if topics:
                    yield self._stream(
                        priority,
                        ("status", UNTOUCHED),
                        ("performer", self._performers(queue)),
                        ("code", self._codes(topics)),
                        bound=partial(self.promises.earliest, queue, kinds.times),
                    )

    def touched(self, priority: str) -> Stream:
        return self._stream(priority, ("status", ",".join(TOUCHED)))

    def without_promise(self, priority: str) -> Iterator[Stream]:
        """What nobody has touched, in queues to which no rule sends anything so pressing."""
        bare = [each for each in self.queues if not self._named(each, priority)]
        if bare:
            only = ("performer", self._performers(*bare))
            yield self._stream(priority, ("status", UNTOUCHED), only)

    def others(self, priority: str, *, by_name: bool) -> Iterator[Stream]:
        """What nobody has touched, and no rule of today makes so."""
        for queue in self.queues:
            named = self._named(queue, priority)
            if self.topic or not named:
                continue
            without = [("code:not", self._codes(named))] if by_name else []
            only = ("performer", self._performers(queue))
            yield self._stream(priority, ("status", UNTOUCHED), only, *without)

    def _named(self, queue: str, priority: str) -> list[str]:
        kinds = self.promises.kinds(queue, priority)
        return [topic for each in kinds for topic in self._of(each)]

    def _of(self, kinds: Kinds) -> tuple[str, ...]:
        return tuple(each for each in kinds.topics if self.topic in {"", each})

    def read_on(self, streams: Sequence[Stream]) -> bool:
        """All at once. False where one could not be read: what it holds is missing."""
        calls = [partial(each.read_on, self.loader) for each in streams]
        failures = [
            each
            for each in self.loader.together(calls, within=PAGE_SECONDS)
            if isinstance(each, SmartappError)
        ]
        for failure in failures:
            if isinstance(failure, CannotBeSorted | Rejected | EhrUnreachable):
                raise failure
        return not failures


@dataclass
class _Level:
    """All open work of one priority."""

    of: Streams
    priority: str
    streams: list[Stream]
    whole: bool = True
    is_done: bool = True
    _read: dict[str, QueueItem | None] = field(default_factory=dict)

    def first(self, count: int) -> list[QueueItem]:
        whole, *rest = self.streams
        if not whole.is_at_end:
            self.streams = [*rest, *self._split(whole.total)]
        while True:
            known = self._known()
            waiting = [each for each in self.streams if not each.is_at_end]
            bound = min((each.nothing_before for each in waiting), default=None)
            sure = self._wanted((e for e in known if bound is None or e.due < bound), count)
            if not waiting or len(sure) >= count:
                return self._ended(sure)
            if len(known) >= MOST_READ or not self._read_behind(waiting, known, count):
                self.whole = self.is_done = False
                return self._ended(sure)

    def _ended(self, items: list[QueueItem]) -> list[QueueItem]:
        self.whole = self.whole and all(each.whole for each in self.streams)
        return items

    def _known(self) -> list[Entry]:
        entries = {each.key: each for stream in self.streams for each in stream.entries}
        return sorted(entries.values(), key=lambda each: each.place)

    def _wanted(self, entries: Iterable[Entry], count: int) -> list[QueueItem]:
        """Only what is shown is read whole."""
        read = (self._item(each) for each in entries)
        return list(islice((each for each in read if each and self.of.wants(each)), count))

    def _item(self, entry: Entry) -> QueueItem | None:
        if entry.key not in self._read:
            try:
                task = self.of.loader.read_task(entry.json)
            except MalformedAnswer:
                task, self.whole = None, False
            self._read[entry.key] = from_task(task) if task and task.is_open else None
        return self._read[entry.key]

    def _read_behind(self, waiting: Sequence[Stream], known: Sequence[Entry], count: int) -> bool:
        """Only what may still hold one that belongs before the last that is shown."""
        last = known[count - 1].due if len(known) >= count else None
        behind = [each for each in waiting if last is None or each.nothing_before <= last]
        return self.of.read_on(behind or waiting)

    def _split(self, total: int | None) -> list[Stream]:
        """What is too long to be read whole is read by promise. How much there is in all says
        whether that is everything.
        """
        parts = [*self.of.by_promise(self.priority), self.of.touched(self.priority)]
        parts += self.of.without_promise(self.priority)
        self.whole = self.of.read_on(parts)
        counted = [each.total for each in parts if each.total is not None]
        if total is None or len(counted) < len(parts) or sum(counted) < total:
            parts += self._others()
        return parts

    def _others(self) -> list[Stream]:
        others = list(self.of.others(self.priority, by_name=True))
        try:
            self.whole = self.of.read_on(others) and self.whole
        except (CannotBeSorted, Rejected):  # it does not know ":not"; then some come twice
            others = list(self.of.others(self.priority, by_name=False))
            self.whole = self.of.read_on(others) and self.whole
        return others

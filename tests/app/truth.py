"""What the figures of a month must be, by its own log: computed here once more, in another way.

Nothing of the app is used: the log is plain lines, and the clinic's hours are read from its file.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

CHICAGO = ZoneInfo("America/Chicago")
ANSWERS = ("replied", "asked-patient")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Truth:
    lines: tuple[Line, ...]
    policy: Path
    start: datetime
    end: datetime

    @property
    def requests(self) -> list[Line]:
        return [
            each
            for each in self.lines
            if each["what"] == "request" and self.start <= moment(each["at"]) <= self.end
        ]

    def of(self, request: Line) -> list[Line]:
        """What happened to it."""
        return self._events[request["request"]]

    @cached_property
    def _events(self) -> Mapping[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for each in self.lines:
            events = found.setdefault(each["request"], [])
            events += [each] if each["what"] != "request" else []
        return found

    # --- the figures that are promised to be right ----------------------------------------------

    @property
    def physician(self) -> tuple[int, int]:
        reached = [
            each
            for each in self.requests
            if any(event.get("queue") == "physician" for event in self._by_staff(each))
            or each["queue"] == "physician"
        ]
        return len(reached), len(self.requests)

    @property
    def first_contact(self) -> tuple[int, int]:
        firsts = [first for each in self.requests if (first := self._first_answer(each))]
        return sum(first["queue"] == "physician" for first in firsts), len(firsts)

    @property
    def late(self) -> tuple[int, int]:
        judged = []
        for each in self.requests:
            due, heard = moment(each["due"]), self._first_answer(each)
            if heard is not None:
                judged.append(moment(heard["at"]) > due)
            elif due < self.end:
                judged.append(True)
        return sum(judged), len(judged)

    @property
    def first_answers(self) -> list[float]:
        """In business hours, in order."""
        return sorted(
            self.open_hours(each["queue"], moment(each["at"]), moment(first["at"]))
            for each in self.requests
            if (first := self._first_answer(each))
        )

    @property
    def endings(self) -> list[float]:
        found = []
        for each in self.requests:
            last = [e for e in self._by_staff(each) if e["what"] in ("closed", "reopened")]
            if last and last[-1]["what"] == "closed":
                ended = moment(last[-1]["at"])
                found.append(self.open_hours(each["queue"], moment(each["at"]), ended))
        return sorted(found)

    @property
    def open_now(self) -> int:
        """Of all the month: what was asked before the period and is not over counts as well."""
        asked = [each for each in self.lines if each["what"] == "request"]
        return sum(self._is_open(each) for each in asked)

    def was_wrong(self, request: Line) -> bool:
        """The rules had sent it to the wrong team."""
        return any(event.get("reason") == "wrong-team" for event in self._by_staff(request))

    def done_by(self, who: str) -> Counter[str]:
        events = (event for each in self.requests for event in self._by_staff(each))
        return Counter(event["what"] for event in events if event["by"] == who)

    # --- inside -----------------------------------------------------------------------------------

    def _by_staff(self, request: Line) -> list[Line]:
        """What is written into the work: where there is none, only answers are known."""
        staff = [e for e in self.of(request) if str(e["by"]).startswith("Practitioner/")]
        return staff if request["has_task"] else [e for e in staff if e["what"] in ANSWERS]

    def _first_answer(self, request: Line) -> Line | None:
        said = [each for each in self._by_staff(request) if each["what"] in ANSWERS]
        return min(said, key=lambda each: moment(each["at"]), default=None)

    def _is_open(self, request: Line) -> bool:
        ends = [e for e in self.of(request) if e["what"] in ("closed", "reopened")]
        if request["has_task"]:
            return not ends or ends[-1]["what"] != "closed"
        return self._first_answer(request) is None

    def open_hours(self, queue: str, start: datetime, end: datetime) -> float:
        """By each day's opening in turn."""
        total, day = timedelta(), start.astimezone(CHICAGO).date()
        while day <= end.astimezone(CHICAGO).date():
            for opens, closes in self._openings(queue, day):
                total += max(timedelta(), min(end, closes) - max(start, opens))
            day += timedelta(days=1)
        return total.total_seconds() / 3600

    def _openings(self, queue: str, day: date) -> Iterable[tuple[datetime, datetime]]:
        calendar = toml(self.policy / "calendar.toml")
        queues = toml(self.policy / "queues.toml")["queues"]
        (hours,) = [each["hours"] for each in queues if each["code"] == queue]
        if day.isoformat() in calendar["holidays"]:
            return
        for text in calendar["hours"][hours].get(DAYS[day.weekday()], []):
            opens, closes = text.split("-")
            yield tuple(  # type: ignore[misc]  # of two
                datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHICAGO)
                for clock in (opens, closes)
            )


@cache
def toml(file: Path) -> Mapping[str, Any]:
    return tomllib.loads(file.read_text())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def middle(ordered: list[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def ninetieth(ordered: list[float]) -> float:
    return ordered[math.ceil(len(ordered) * 0.9) - 1]


def percent(share: tuple[int, int]) -> str:
    """As the page writes it."""
    part, whole = share
    return f"{100 * part / whole:.1f} % ({part})"

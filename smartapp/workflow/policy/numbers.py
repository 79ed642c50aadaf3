"""What the clinic says about its figures: who sees them, what they are held against, what it knows
from elsewhere.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from smartapp.workflow.policy.reading import Reading, Table
from smartapp.workflow.policy.route import Queue, RoleCode

LEDGER = "numbers.csv"
COLUMNS = (
    "phone_calls",
    "portal_messages_a_week",
    "physician_share_percent",
    "inbox_hours_a_week",
    "satisfied_percent",
)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
MOST_LINES = 240


@dataclass(frozen=True)
class LongerSupply:
    """By which answer and end a refill was for longer, and how often that spares a request."""

    topic: str
    question: str
    answer: str
    outcome: str
    spares: int


@dataclass(frozen=True)
class Lines:
    """What the figures are held against, each with where it comes from."""

    volume_rise: tuple[int, int]  # percent over the baseline
    hours_a_week: tuple[int, int]  # in the inbox, for one clinician
    physician_share: int  # percent, at the most
    physician_fall: int  # percent below the baseline


Month = str  # "2026-03"


@dataclass(frozen=True)
class Numbers:
    seen_by: frozenset[RoleCode]
    rules_seen_by: frozenset[RoleCode]
    physician_queues: tuple[str, ...]
    rule_was_wrong: frozenset[str]  # reasons for passing on, as desk.toml names them
    late_notice: timedelta  # a cancellation later than this leaves the time empty
    lines: Lines
    longer_supply: LongerSupply | None
    baseline: Month  # the month in the ledger that the rest is compared with; "" where none is
    ledger: Mapping[Month, Mapping[str, Decimal]]  # what the EHR cannot know; a gap is no zero

    def before(self, column: str) -> Decimal | None:
        return self.ledger.get(self.baseline, {}).get(column)


def read_numbers(
    reading: Reading,
    queues: Mapping[str, Queue],
    roles: Mapping[str, RoleCode],
    topics: frozenset[str],
    reasons: tuple[str, ...],
) -> Numbers:
    file = reading.toml("numbers.toml")
    lines = file.table("lines")
    supply = file.table("longer_supply") if "longer_supply" in file else None
    ledger = MappingProxyType(dict(_ledger(reading)))
    baseline = file.text("baseline") if "baseline" in file else ""
    if baseline and baseline not in ledger:
        file.wrong("baseline", f"{baseline!r} is not a month in {LEDGER}")
    numbers = Numbers(
        seen_by=_roles(file, "seen_by", roles),
        rules_seen_by=_roles(file, "rules_seen_by", roles),
        physician_queues=tuple(
            queue
            for place, queue in enumerate(file.texts("physician_queues"))
            if file.is_known(f"physician_queues[{place}]", queue, queues, "a queue")
        ),
        rule_was_wrong=frozenset(
            reason
            for place, reason in enumerate(file.texts("rule_was_wrong"))
            if file.is_known(f"rule_was_wrong[{place}]", reason, reasons, "a reason in desk.toml")
        ),
        late_notice=timedelta(hours=file.whole("late_cancellation_hours")),
        lines=Lines(
            volume_rise=_range(lines, "volume_rise_percent"),
            hours_a_week=_range(lines, "inbox_hours_a_week"),
            physician_share=lines.whole("physician_share_percent"),
            physician_fall=lines.whole("physician_fall_percent"),
        ),
        longer_supply=_supply(supply, topics) if supply else None,
        baseline=baseline,
        ledger=ledger,
    )
    file.check_nothing_else()
    return numbers


def _roles(file: Table, key: str, roles: Mapping[str, RoleCode]) -> frozenset[RoleCode]:
    return frozenset(
        roles[name]
        for place, name in enumerate(file.texts(key))
        if file.is_known(f"{key}[{place}]", name, roles, "a role")
    )


def _range(table: Table, key: str) -> tuple[int, int]:
    limits = table.table(key)
    return limits.whole("from"), limits.whole("to")


def _supply(table: Table, topics: frozenset[str]) -> LongerSupply:
    return LongerSupply(
        topic=table.one_of("topic", sorted(topics), "a topic") or "",
        question=table.text("question"),
        answer=table.text("answer"),
        outcome=table.text("outcome"),
        spares=table.whole("spares"),
    )


def _ledger(reading: Reading) -> Iterator[tuple[Month, Mapping[str, Decimal]]]:
    """A table as a spreadsheet writes it. It may be missing; what is in it must be right."""
    path = reading.folder / LEDGER
    if not path.exists():
        return
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as trouble:
        reading.wrong(reading.place(LEDGER), f"cannot be read: {type(trouble).__name__}")
        return
    seen: set[str] = set()
    for number, row in enumerate(rows[:MOST_LINES], 2):
        place = f"{reading.place(LEDGER)} line {number}"
        month = (row.get("month") or "").strip()
        strange = [str(name) for name in row if name not in ("month", *COLUMNS)]
        if strange:
            reading.wrong(place, f"has columns that mean nothing here: {', '.join(strange)}")
        if not _MONTH.fullmatch(month) or month in seen:
            reading.wrong(place, f"month {month!r} is not a month of its own such as 2026-03")
        seen.add(month)
        yield month, MappingProxyType(dict(_values(reading, place, row)))


def _values(
    reading: Reading, place: str, row: Mapping[str, str | None]
) -> Iterator[tuple[str, Decimal]]:
    for column in COLUMNS:
        text = (row.get(column) or "").strip()
        if not text:
            continue
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal(-1)
        if not value.is_finite() or value < 0:
            reading.wrong(place, f"{column} {text!r} is not a number of 0 or more")
        else:
            yield column, value

"""The same service for everybody? The figures by group of patients, without any small group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.workflow.metrics.cells import hidden, hidden_shares
from smartapp.workflow.metrics.figures import Calendars, first_answers
from smartapp.workflow.metrics.handled import Handled
from smartapp.workflow.metrics.statistics import Share

NOT_KNOWN = "not-known"
AGE_BANDS = ((17, "0-17"), (39, "18-39"), (64, "40-64"), (79, "65-79"))
OLDEST = "80+"


def age_band(years: int) -> str:
    return next((name for most, name in AGE_BANDS if years <= most), OLDEST)


@dataclass(frozen=True)
class Group:
    """One group of patients. `None` stands for what is hidden, or is not there to be shown."""

    key: str
    people: int | None
    asked: int | None
    late: Share | None
    physician: Share | None
    first: float | None  # median of business hours to the first answer

    @property
    def is_hidden(self) -> bool:
        return self.people is None


def compared(
    items: Sequence[Handled],
    by: Callable[[Handled], str],
    *,
    calendars: Calendars,
    physicians: Sequence[str],
    now: datetime,
) -> tuple[Group, ...]:
    """In the order of their names; what nobody knows comes last."""
    groups: dict[str, list[Handled]] = defaultdict(list)
    for item in items:
        groups[by(item)].append(item)
    gone = hidden({key: _people(group) for key, group in groups.items()})
    late = {key: _split(group, lambda each: each.is_late(now)) for key, group in groups.items()}
    seen = {key: _split(group, lambda e: e.was_in(physicians)) for key, group in groups.items()}
    late_gone = hidden_shares({key: _sides(split) for key, split in late.items()}, gone)
    seen_gone = hidden_shares({key: _sides(split) for key, split in seen.items()}, gone)
    answered = {key: [each for each in group if each.answered] for key, group in groups.items()}
    first_gone = gone | hidden({key: _people(group) for key, group in answered.items()})
    return tuple(
        Group(
            key=key,
            people=None if key in gone else _people(groups[key]),
            asked=None if key in gone else len(groups[key]),
            late=None if key in late_gone else _share(late[key]),
            physician=None if key in seen_gone else _share(seen[key]),
            first=None if key in first_gone else first_answers(answered[key], calendars).median,
        )
        for key in sorted(groups, key=lambda key: (key == NOT_KNOWN, key))
    )


Split = tuple[list[Handled], list[Handled]]  # those of which it is true, and those of which not


def _split(items: Sequence[Handled], test: Callable[[Handled], bool | None]) -> Split:
    judged = [(each, test(each)) for each in items]
    return [e for e, known in judged if known is True], [e for e, known in judged if known is False]


def _sides(split: Split) -> tuple[int, int]:
    inside, outside = split
    return _people(inside), _people(outside)


def _share(split: Split) -> Share:
    inside, outside = split
    return Share(len(inside), len(inside) + len(outside))


def _people(items: Sequence[Handled]) -> int:
    return len({each.patient for each in items})


@dataclass(frozen=True)
class Traits:
    """What is known of one patient, each as the name of a group."""

    site: str = NOT_KNOWN
    age: str = NOT_KNOWN
    language: str = NOT_KNOWN
    payer: str = NOT_KNOWN
    need: str = NOT_KNOWN
    chronic: str = NOT_KNOWN


DIMENSIONS: Mapping[str, Callable[[Handled, Traits], str]] = {
    "site": lambda _, traits: traits.site,
    "age": lambda _, traits: traits.age,
    "language": lambda _, traits: traits.language,
    "payer": lambda _, traits: traits.payer,
    "need": lambda _, traits: traits.need,
    "chronic": lambda _, traits: traits.chronic,
    "proxy": lambda item, _: "proxy" if item.by_proxy else "self",
}

"""The page around the figures: what period, what has been read, and the places of the parts."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words
from smartapp.workflow.metrics.reading import Period

WEEKS = (1, 4, 13)
USUAL = 4
SOURCES = ("tasks", "messages", "answers", "appointments", "people")
SECTIONS = (
    "short",
    "volume",
    "speed",
    "backlog",
    "physicians",
    "rules",
    "clock",
    "staffing",
    "went",
    "appointments",
    "fairness",
    "elsewhere",
    "broken",
)


@dataclass(frozen=True)
class NumbersPage:
    shell: Shell
    heading: str
    lead: str
    periods_label: str
    periods: tuple[Link, ...]
    file: Link
    sources: tuple[str, ...]
    sections: tuple[str, ...]
    being_read: str
    rules: Link | None


def numbers_page(
    words: Words, shell: Shell, paths: Paths, period: Period, *, sees_rules: bool
) -> NumbersPage:
    return NumbersPage(
        shell=shell,
        heading=words("Numbers"),
        lead=words(
            "From {start} to {end}, computed now from what the EHR holds. Nothing is kept here.",
            start=words.date(period.start),
            end=words.date_time(period.end),
        ),
        periods_label=words("Period"),
        periods=tuple(
            Link(_weeks(words, weeks), paths.numbers(weeks), current=weeks == period.weeks)
            for weeks in WEEKS
        ),
        file=Link(words("Download as a file for a spreadsheet (CSV)"),
                  paths.numbers_file(period.weeks)),
        sources=tuple(f"read-{each}" for each in SOURCES),
        sections=SECTIONS,
        being_read=words("Being read from the EHR …"),
        rules=Link(words("See what the rules do"), paths.workbench) if sees_rules else None,
    )  # fmt: skip


def _weeks(words: Words, weeks: int) -> str:
    return words.plural("The last week", "The last {n} weeks", weeks)


@dataclass(frozen=True)
class Line:
    """One thing that has been read, or could not be."""

    slot: str
    text: str
    trouble: bool = False


def read_line(words: Words, source: str, count: int, *, whole: bool, failed: bool) -> Line:
    named = {
        "tasks": words("Work items"),
        "messages": words("Messages"),
        "answers": words("Answers and ratings"),
        "appointments": words("Appointments"),
        "people": words("Patients"),
    }[source]
    if failed:
        text = words("{what}: could not be read", what=named)
        return Line(f"read-{source}", text, trouble=True)
    told = words("{what}: {n} read", what=named, n=words.number(count))
    if not whole:
        told = words("{what}: {n} read, and there are more", what=named, n=words.number(count))
    return Line(f"read-{source}", told, trouble=not whole)

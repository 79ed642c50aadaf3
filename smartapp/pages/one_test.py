"""One test: every result of it, as a picture and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from smartapp.fhir.amounts import Quantity
from smartapp.fhir.observation import Measured, Observation
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Trouble, again_of, freshness_of, trouble_of
from smartapp.pages.origin import origin_link
from smartapp.pages.results import badges_of, found_words, measured_of
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing, newest_first
from smartapp.pages.trend import Point, Trend, trend
from smartapp.pages.value import usual_words
from smartapp.pages.when import day_words

USUAL = frozenset({"N", "NEG", "ND", "S"})


@dataclass(frozen=True)
class ResultLine:
    when: str
    value: str
    badges: tuple[Badge, ...]
    usual: str
    notes: tuple[str, ...]
    origin: Link | None  # who wrote it down


@dataclass(frozen=True)
class OneTestPage:
    shell: Shell
    heading: str
    explain: str
    learn: Link | None
    trouble: Trouble | None
    again: Link | None
    picture: Trend | None
    picture_legend: str
    picture_note: str
    table_heading: str
    usual: str  # where it is the same for all of them
    columns: tuple[str, ...]
    lines: tuple[ResultLine, ...]
    older: Link | None
    freshness: str
    none: str
    care: str


def one_test_page(
    at: Showing, shell: Shell, section: Section[Observation], *, older: Link | None
) -> OneTestPage:
    words = at.words
    items = sorted(section.items, key=lambda each: newest_first(each.is_of))
    name = next((each.name for each in items if each.name), words("Results of one test"))
    codings = items[0].main.what.codings if items else ()
    picture, left_out = picture_of(at, name, items)
    usual, lines = _with_usual_once(
        [_line(at, each, is_newest=not place) for place, each in enumerate(items)]
    )
    return OneTestPage(
        shell=shell,
        heading=name,
        explain=at.explained(name, codings),
        learn=at.learn(codings),
        trouble=trouble_of(words, section, at.source),
        again=again_of(words, section, at.source),
        picture=picture,
        picture_legend=_legend(at, picture),
        picture_note=words("Some results are only in the table: they are not exact numbers.")
        if picture and left_out
        else "",
        table_heading=words("All results of this test"),
        usual=usual,
        columns=(words("Date"), words("Result"), words("The lab says")),
        lines=lines,
        older=older,
        freshness=freshness_of(words, section, at.source),
        none=words("No results of this test are in your record.") if section.is_known_empty else "",
        care=words("What a result means for you, your care team can tell you."),
    )


def _with_usual_once(lines: Sequence[ResultLine]) -> tuple[str, tuple[ResultLine, ...]]:
    """What is usual is said beside each result only where laboratories differ on it."""
    said = {each.usual for each in lines}
    if len(lines) < 2 or len(said) > 1:
        return "", tuple(lines)
    return said.pop(), tuple(replace(each, usual="") for each in lines)


def _legend(at: Showing, picture: Trend | None) -> str:
    """What the signs in the picture mean; shapes say it, not only colours."""
    if picture is None:
        return ""
    usual = at.words("The band shows what is usual.") if picture.band else ""
    unusual = any(dot.unusual for dot in picture.dots)
    square = at.words("A square is a result that the laboratory marked.") if unusual else ""
    return f"{usual} {square}".strip()


def _line(at: Showing, observation: Observation, *, is_newest: bool) -> ResultLine:
    """Where it comes from is asked of the newest, and of what was changed."""
    words = at.words
    when = observation.is_of
    return ResultLine(
        when=day_words(words, when) if when else words("No date in the record"),
        value=found_words(words, observation),
        badges=badges_of(words, observation),
        usual=usual_words(words, observation.main),
        notes=observation.notes,
        origin=origin_link(at, observation.reference)
        if is_newest or observation.was_changed
        else None,
    )


def picture_of(at: Showing, name: str, items: Sequence[Observation]) -> tuple[Trend | None, bool]:
    """The picture, and whether it leaves something out. Only exact numbers in one unit make a line,
    and nothing that was called off.
    """
    drawn = [each for each in reversed(items) if each.status != "cancelled" and each.is_of]
    unit = _unit(items)
    lines: dict[str, list[Point]] = {}
    count = 0
    for each in drawn:
        for measured in measured_of(each):
            count += measured.value is not None
            point = _point(each, measured, unit)
            if point is not None:
                lines.setdefault(measured.name, []).append(point)
    points = sum(map(len, lines.values()))
    if not points:
        return None, False
    first, last = drawn[0].is_of, drawn[-1].is_of
    title = at.words(
        "{name} over time, in {unit}. The table below has all numbers.", name=name, unit=unit or "–"
    )
    picture = trend(
        title,
        tuple(lines.values()),
        usual=_limits(items, unit) if len(lines) == 1 else (None, None),
        days=(
            day_words(at.words, first) if first else "",
            day_words(at.words, last) if last else "",
        ),
    )
    return picture, points < count


def _unit(items: Sequence[Observation]) -> str | None:
    """That of the newest exact number."""
    for each in items:
        for measured in measured_of(each):
            if measured.number is not None and isinstance(measured.value, Quantity):
                return measured.value.unit
    return None


def _point(observation: Observation, measured: Measured, unit: str | None) -> Point | None:
    value, when = measured.value, observation.is_of
    if not isinstance(value, Quantity) or measured.number is None or when is None:
        return None
    if value.unit != unit:
        return None
    return Point(when.earliest, value.amount, bool(measured.flags - USUAL))


def _limits(
    items: Sequence[Observation], unit: str | None
) -> tuple[Decimal | None, Decimal | None]:
    """What the newest result calls usual, in the unit that is drawn."""
    for each in items:
        for usual in each.main.usual:
            low = usual.low.amount if usual.low and usual.low.unit in {unit, ""} else None
            high = usual.high.amount if usual.high and usual.high.unit in {unit, ""} else None
            if usual.kind in {"", "normal"} and not usual.applies_to and (low or high) is not None:
                return low, high
    return None, None

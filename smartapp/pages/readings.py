"""Home readings: what can be measured, typing it in, the check, and the picture of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.pages.form import FaultLine
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.trend import Point, Trend, trend
from smartapp.pages.urgent import Urgent
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.policy.readings import ReadingKind, TrendRule
from smartapp.workflow.readings import Entry, LineFault, Wrong, in_words

SHOWN = 30  # of what was sent before


@dataclass(frozen=True)
class KindLine:
    name: str
    href: str


@dataclass(frozen=True)
class ReadingsPage:
    shell: Shell
    heading: str
    lead: str
    instead: str
    kinds: tuple[KindLine, ...]


@dataclass(frozen=True)
class Series:
    """The same numbers as a picture and as a table."""

    heading: str
    picture: Trend | None
    legend: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, str, str], ...]  # when, what, and whether it is new


@dataclass(frozen=True)
class Number:
    name: str
    label: str
    unit: str
    value: str


@dataclass(frozen=True)
class ReadingFormPage:
    shell: Shell
    heading: str
    advice: str
    fault_heading: str
    faults: tuple[FaultLine, ...]
    one_heading: str
    date_label: str
    date: str
    time_label: str
    time: str
    numbers: tuple[Number, ...]
    many_heading: str
    many_label: str
    many_hint: str
    many: str
    action: str
    slip: str
    button: str
    save_button: str
    kept: str
    not_kept: str
    series: Series | None
    trouble: str


@dataclass(frozen=True)
class ReadingCheckPage:
    shell: Shell
    heading: str
    lead: str
    urgent: tuple[Urgent, ...]
    series: Series
    trouble: str
    next_heading: str
    next_steps: tuple[str, ...]
    action: str
    submission: str
    slip: str
    checked: str
    button: str
    sending: str
    change: Link


def readings_page(
    words: Words, shell: Shell, paths: Paths, *, policy: Policy, instead: str
) -> ReadingsPage:
    return ReadingsPage(
        shell=shell,
        heading=words("Home readings"),
        lead=words("Send us what you measure at home. A nurse looks at it."),
        instead=instead,
        kinds=()
        if instead
        else tuple(
            KindLine(in_locale(kind.name, words.locale), paths.reading(kind.code))
            for kind in policy.readings.values()
        ),
    )


def reading_form_page(
    words: Words,
    shell: Shell,
    *,
    kind: ReadingKind,
    posted: dict[str, str],
    faults: Sequence[LineFault],
    missing: bool,
    before: Sequence[Entry],
    whole: bool,
    action: str,
    slip: str,
) -> ReadingFormPage:
    lines = [FaultLine(fault_words(words, each), "#lines") for each in faults]
    if missing:
        lines.append(FaultLine(words("Write at least one reading"), "#date"))
    example = "2026-11-27, 08:00, " + ", ".join(
        f"{each.lowest + (each.highest - each.lowest) / 3:.0f}" for each in kind.measures
    )
    return ReadingFormPage(
        shell=shell,
        heading=in_locale(kind.name, words.locale),
        advice=in_locale(kind.advice, words.locale),
        fault_heading=words("There is a problem"),
        faults=tuple(lines),
        one_heading=words("One reading"),
        date_label=words("Day"),
        date=posted.get("date", ""),
        time_label=words("Time"),
        time=posted.get("time", ""),
        numbers=tuple(
            Number(
                each.code,
                in_locale(each.name, words.locale),
                in_locale(each.unit, words.locale),
                posted.get(each.code, ""),
            )
            for each in kind.measures
        ),
        many_heading=words("Or many at once"),
        many_label=words("Copy them here from your meter’s file (CSV), one reading on each line"),
        many_hint=words("Day, time and numbers, such as: {example}", example=example),
        many=posted.get("lines", ""),
        action=action,
        slip=slip,
        button=words("Check your readings"),
        save_button=words("Save and finish later"),
        kept=words("What you typed is kept. Nothing is sent yet."),
        not_kept=words("What you typed could not be kept just now. Do not close this page."),
        series=series_shown(words, kind, before, ()) if before else None,
        trouble=_trouble(words, whole),
    )


def _trouble(words: Words, whole: bool) -> str:
    if whole:
        return ""
    return words("We could not load all readings that you sent before. There may be more.")


def fault_words(words: Words, fault: LineFault) -> str:
    measure = in_locale(fault.measure.name, words.locale) if fault.measure else ""
    said = {
        Wrong.SHAPE: words("there must be a day and then each number"),
        Wrong.DATE: words("the day or the time is not one that we understand"),
        Wrong.FUTURE: words("the day has not come yet"),
        Wrong.OLD: words("the day is more than a year ago"),
        Wrong.NUMBER: words("{measure} is not a number", measure=measure),
        Wrong.TOO_MANY: words("there are too many lines. Send at most 200 at once"),
    }
    if fault.wrong is Wrong.RANGE and fault.measure is not None:
        text = words(
            "{measure} must be from {low} to {high} {unit}. Look at it again",
            measure=measure,
            low=f"{fault.measure.lowest:f}",
            high=f"{fault.measure.highest:f}",
            unit=in_locale(fault.measure.unit, words.locale),
        )
    else:
        text = said[fault.wrong]
    return words("Line {line}: {what}", line=fault.line, what=text)


def reading_check_page(
    words: Words,
    shell: Shell,
    *,
    kind: ReadingKind,
    new: Sequence[Entry],
    before: Sequence[Entry],
    whole: bool,
    rule: TrendRule | None,
    team: str,
    due: str,
    action: str,
    submission: str,
    slip: str,
    checked: str,
    change: str,
) -> ReadingCheckPage:
    urgent: tuple[Urgent, ...] = ()
    if rule is not None and rule.do_now is not None:
        message = in_locale(rule.message, words.locale) if rule.message else ""
        urgent = (Urgent(in_locale(rule.do_now, words.locale), message),)
    reason = (rule.reason if rule else kind.otherwise_reason).patient
    return ReadingCheckPage(
        shell=shell,
        heading=words("Check your readings"),
        lead=words("Nothing is sent yet. Look at your readings, then send them."),
        urgent=urgent,
        series=series_shown(words, kind, before, new),
        trouble=_trouble(words, whole),
        next_heading=words("What happens next"),
        next_steps=(
            words("It goes to {team}.", team=team),
            in_locale(reason, words.locale),
            words("Somebody looks at it by {time}.", time=due),
        ),
        action=action,
        submission=submission,
        slip=slip,
        checked=checked,
        button=words("Send these readings"),
        sending=words("Sending. This can take a few seconds. Please wait."),
        change=Link(words("Change your readings"), change),
    )


def series_shown(
    words: Words, kind: ReadingKind, before: Sequence[Entry], new: Sequence[Entry]
) -> Series:
    fresh = {entry.when for entry in new}
    every = sorted((*(e for e in before if e.when not in fresh), *new), key=lambda e: e.when)
    kept = every[-SHOWN:]
    names = [in_locale(measure.name, words.locale) for measure in kind.measures]
    picture = trend(
        words("{name} over time", name=in_locale(kind.name, words.locale)),
        [
            [Point(entry.when, entry.values[measure.code]) for entry in kept]
            for measure in kind.measures
        ],
        days=(_day(words, kept[0].when), _day(words, kept[-1].when)),
    )
    return Series(
        heading=words("Your readings, the newest first"),
        picture=picture,
        legend=", ".join(names) if len(names) > 1 else "",
        columns=(words("When"), in_locale(kind.name, words.locale), ""),
        lines=tuple(
            (
                words.date_time(entry.when),
                in_words(kind, entry, words.locale),
                words("new") if entry.when in fresh else words("sent before"),
            )
            for entry in reversed(kept)
        ),
    )


def _day(words: Words, when: datetime) -> str:
    return words.date(when)

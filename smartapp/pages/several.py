"""Several lines of the queue at once: asked how they ended, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.pages.shell import Shell
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Outcome


@dataclass(frozen=True)
class Line:
    title: str
    who: str
    href: str
    chosen: str  # what stands for it in the next form


@dataclass(frozen=True)
class Became:
    """Of one line: done, lost to somebody, refused, or nothing of that is known."""

    done: bool = False
    lost: bool = False
    refused: bool = False
    owner: str | None = None
    documented: bool = True  # the record is known to hold its summary; only of what was closed


@dataclass(frozen=True)
class Result:
    line: Line
    text: str
    good: bool


@dataclass(frozen=True)
class ResultPage:
    shell: Shell
    heading: str
    lead: str
    missing: str  # summaries that the record does not hold
    note: str
    results: tuple[Result, ...]


@dataclass(frozen=True)
class ClosingPage:
    shell: Shell
    heading: str
    lead: str
    chart: str  # what of it goes into the record
    note: str
    action: str
    lines: tuple[Line, ...]
    left_out: tuple[Line, ...]
    left_out_label: str
    none: str  # why nothing can be closed, where it is so
    outcome_label: str
    outcomes: tuple[tuple[str, str], ...]
    fault_heading: str
    fault: str
    button: str


def result_page(
    words: Words, shell: Shell, *, lines: Sequence[tuple[Line, Became]], taken: bool, most: int
) -> ResultPage:
    """`most` is how many were taken on, where more were chosen; otherwise 0."""
    done = sum(became.done for _, became in lines)
    bare = sum(became.done and not became.documented for _, became in lines)
    return ResultPage(
        shell=shell,
        heading=words("What became of the chosen lines"),
        lead=words("{done} of {count} done.", done=done, count=len(lines)),
        missing=words.plural(
            "{count} summary is NOT in the record. Open the item and copy it into the chart.",
            "{count} summaries are NOT in the record. Open the items and copy them into the chart.",
            bare,
            count=bare,
        )
        if bare
        else "",
        note=_note(words, most),
        results=tuple(
            Result(
                line,
                _became(words, became, taken=taken),
                became.done and became.documented,
            )
            for line, became in lines
        ),
    )


def _became(words: Words, became: Became, *, taken: bool) -> str:
    if became.done:
        return words("You have it") if taken else _ended(words, became)
    if became.lost and became.owner:
        return words("{name} has it. Nothing was changed.", name=became.owner)
    if became.lost:
        return words("It was changed in the meantime. Nothing was changed now.")
    if became.refused:
        return words("The EHR refused it. Nothing was changed.")
    return words("The EHR did not say what became of it. Open it and look.")


def _ended(words: Words, became: Became) -> str:
    if became.documented:
        return words("Closed. Its summary is in the record.")
    return words("Closed. Its summary is NOT in the record: open it and copy it.")


def closing_page(
    words: Words,
    shell: Shell,
    *,
    action: str,
    lines: Sequence[Line],
    left_out: Sequence[Line],
    outcomes: Sequence[Outcome],
    missing: bool,
    most: int,
    documents: bool,
) -> ClosingPage:
    return ClosingPage(
        shell=shell,
        heading=words("Close the chosen lines"),
        lead=words(
            "All of these end with the same outcome. The patients get no answer by this: whoever "
            "should read one needs it from the item’s own page."
        ),
        note=_note(words, most),
        chart=words("A summary of each goes into the record.")
        if documents
        else words(
            "This EHR takes no summaries from this app. Nothing goes into the record by this: open "
            "each closed item afterwards and copy its summary into the chart."
        ),
        action=action if lines and outcomes else "",
        lines=tuple(lines),
        left_out=tuple(left_out),
        left_out_label=words("Not yours, so they stay open. Take them first:"),
        none=_none(words, lines, outcomes),
        outcome_label=words("How did they end?"),
        outcomes=tuple((each.code, in_locale(each.words, words.locale)) for each in outcomes),
        fault_heading=words("There is a problem"),
        fault=words("Choose how they ended.") if missing else "",
        button=words.plural(
            "Close {count} item", "Close {count} items", len(lines), count=len(lines)
        ),
    )


def _note(words: Words, most: int) -> str:
    if not most:
        return ""
    return words(
        "You chose more than {most} lines. This is about the first {most}. The others are as they "
        "were.",
        most=most,
    )


def _none(words: Words, lines: Sequence[Line], outcomes: Sequence[Outcome]) -> str:
    if not lines:
        return words("None of the chosen lines is yours. Only what you have can be closed.")
    if not outcomes:
        return words("These lines have no outcome in common. Choose lines of one topic.")
    return ""

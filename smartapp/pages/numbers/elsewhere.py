"""What the EHR does not know: counted by the clinic, or known to nobody here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from smartapp.pages.numbers.tables import Cell, Figures, Row, Table, number, pictured
from smartapp.words import Words
from smartapp.workflow.policy.numbers import COLUMNS, Numbers


def elsewhere(words: Words, numbers: Numbers, unknown: Sequence[str]) -> Figures:
    months = sorted(numbers.ledger)
    named = {
        "phone_calls": words("Phone calls"),
        "portal_messages_a_week": words("Messages a week"),
        "physician_share_percent": words("Reached a physician, %"),
        "inbox_hours_a_week": words("Hours a week in the inbox"),
        "satisfied_percent": words("Say that it went well, %"),
    }
    table = Table(
        "ledger",
        words("Counted by the clinic, month by month"),
        (words("Month"), *(named[column] for column in COLUMNS)),
        tuple(
            Row(
                words.month(date.fromisoformat(f"{month}-01")),
                tuple(_counted(words, numbers, month, column) for column in COLUMNS),
                note=words("what the present is compared with")
                if month == numbers.baseline
                else "",
            )
            for month in months
        ),
    )
    calls = [numbers.ledger[month].get("phone_calls") for month in months]
    drawn = pictured(
        table, [None if each is None else float(each) for each in calls], words("Phone calls")
    )
    notes = (
        words("Fewer calls are not good in themselves: some people can only call."),
        *(words("Not known from this EHR: {what}", what=what) for what in unknown),
    )
    return Figures(
        "elsewhere",
        words("What the EHR cannot know"),
        words("These come from the clinic’s own file, numbers.csv, beside the rules."),
        tables=(drawn,) if months else (),
        notes=notes,
    )


def _counted(words: Words, numbers: Numbers, month: str, column: str) -> Cell:
    value = numbers.ledger[month].get(column)
    if value is None:
        return Cell(words("not counted"))
    return number(words, float(value), 1 if value % 1 else 0)


def not_known(words: Words, *, tasks: bool) -> tuple[str, ...]:
    """Named, so that nobody takes silence for zero."""
    always = (
        words("phone calls, and which of them a message has replaced"),
        words("time that people spend without typing it in when they finish"),
        words("who was invited and never signed in, and failed logins: the EHR’s own login knows"),
        words("bills that were paid: the payment page knows"),
    )
    without = words("who took, passed on and finished what: this EHR keeps no work items")
    return always if tasks else (*always, without)

"""What staff did with an item, and what they wrote to each other. For staff alone."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.change import Change, Kind
from smartapp.pages.acting import priority_words, reason_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.trail import Trail


@dataclass(frozen=True)
class HistoryLine:
    what: str
    by: str
    when: str
    words: str
    doubt: str  # where this app does not vouch for it


@dataclass(frozen=True)
class History:
    heading: str
    lines: tuple[HistoryLine, ...]
    unknown: str  # why there is none, where there should be some
    notes_heading: str
    notes: tuple[HistoryLine, ...]


def history_of(words: Words, policy: Policy, trail: Trail) -> History:
    """The newest first: what was done last says how things stand."""
    task = trail.task
    changes = [each for each in reversed(task.changes) if each.kind != Kind.NOTE]
    lost = not task.changes and task.owner is not None
    return History(
        heading=words("What was done"),
        lines=tuple(_line(words, policy, trail, each) for each in changes),
        unknown=words("This EHR does not keep who did what with this item.") if lost else "",
        notes_heading=words("Internal notes"),
        notes=tuple(_line(words, policy, trail, each) for each in trail.notes),
    )


def _line(words: Words, policy: Policy, trail: Trail, change: Change) -> HistoryLine:
    doubt = bool(change.kind != Kind.NOTE and not trail.is_ours(change))
    return HistoryLine(
        what=change_words(words, policy, change),
        by=change.by.display or words("Not known who"),
        when=words.date_time(change.when),
        words=change.words,
        doubt=words("This app does not vouch for this line.") if doubt else "",
    )


def change_words(words: Words, policy: Policy, change: Change) -> str:
    """One change in a few words, without who made it."""
    minutes = change.minutes
    queue = in_locale(policy.queue(change.after).name, words.locale)
    why = reason_words(words, policy, change.kind, change.reason) if change.reason else ""
    said = {
        Kind.CLAIMED: words("Took it"),
        Kind.RELEASED: words("Gave it back"),
        Kind.REASSIGNED: words("Gave it to a person: {why}", why=why),
        Kind.REROUTED: words("Sent it to {queue}: {why}", queue=queue, why=why),
        Kind.ESCALATED: words("Escalated it to {queue}: {why}", queue=queue, why=why),
        Kind.PRIORITY: words(
            "Changed how pressing it is: {priority}", priority=priority_words(words, change.after)
        ),
        Kind.ASKED_PATIENT: words("Asked the patient, and waits"),
        Kind.REPLIED: words("Answered the patient"),
        Kind.NOTE: words("Wrote a note"),
        Kind.CLOSED: words("Closed it")
        if minutes is None
        else words("Closed it after {minutes} minutes", minutes=minutes),
        Kind.REOPENED: words("Opened it again"),
        Kind.UNDONE: words("Took the last step back"),
        Kind.VISIT_REQUESTED: words("Asked for a visit"),
    }
    return said.get(Kind(change.kind), change.kind) if change.kind in set(Kind) else change.kind

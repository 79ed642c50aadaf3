"""Who saw and did what: a record that a change leaves traces in. No audit, no data."""

from smartapp.audit.chain import Head
from smartapp.audit.event import Action, Context, Entity, Event, Outcome, Purpose, Who
from smartapp.audit.happenings import (
    access_denied,
    browser_of,
    document_opened,
    document_refused,
    document_sent,
    foreign_withheld,
    launch_denied,
    launch_started,
    list_viewed,
    record_viewed,
    session_ended,
    session_opened,
    sessions_revoked,
    submission_changed,
    task_changed,
    task_claimed,
    task_conflict,
    task_tried,
    token_renewed,
    tokens_given_back,
)
from smartapp.audit.reading import Finding
from smartapp.audit.trail import AuditTrail
from smartapp.audit.verification import Report, verify

__all__ = [
    "Action",
    "AuditTrail",
    "Context",
    "Entity",
    "Event",
    "Finding",
    "Head",
    "Outcome",
    "Purpose",
    "Report",
    "Who",
    "access_denied",
    "browser_of",
    "document_opened",
    "document_refused",
    "document_sent",
    "foreign_withheld",
    "launch_denied",
    "launch_started",
    "list_viewed",
    "record_viewed",
    "session_ended",
    "session_opened",
    "sessions_revoked",
    "submission_changed",
    "task_changed",
    "task_claimed",
    "task_conflict",
    "task_tried",
    "token_renewed",
    "tokens_given_back",
    "verify",
]

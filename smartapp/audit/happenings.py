"""What can happen that the audit must know of: a function each, as docs/audit.md lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from smartapp.audit.event import Action, Context, Entity, Event, Outcome

_SUBMISSION_OUTCOMES = {
    "unknown": Outcome.MINOR_FAILURE,
    "refused": Outcome.SERIOUS_FAILURE,
}


def launch_started(context: Context, kind: str) -> Event:
    return Event("launch.start", Action.EXECUTE, context, subtype=kind)


def launch_denied(context: Context, reason: str) -> Event:
    return Event(
        "launch.deny", Action.EXECUTE, context, outcome=Outcome.SERIOUS_FAILURE, reason_code=reason
    )


def session_opened(context: Context, patient: str = "") -> Event:
    return Event("session.start", Action.EXECUTE, context, patient=patient)


def session_ended(context: Context, reason: str, patient: str = "") -> Event:
    return Event("session.end", Action.EXECUTE, context, reason_code=reason, patient=patient)


def session_moved(context: Context) -> Event:
    """Out of the EHR's frame, under another name."""
    return Event("session.move", Action.EXECUTE, context)


def sessions_revoked(context: Context, whom: str, reference: str = "") -> Event:
    """By an administrator, from outside: of a person, an EHR, a launch or everyone."""
    entities = (Entity(reference.partition("/")[0], ref=reference),) if reference else ()
    return Event("session.revoke", Action.EXECUTE, context, subtype=whom, entities=entities)


def token_renewed(context: Context, reason: str = "") -> Event:
    """`reason` is why it was not; empty when a new token came."""
    outcome = Outcome.MINOR_FAILURE if reason else Outcome.SUCCESS
    return Event("token.refresh", Action.EXECUTE, context, outcome=outcome, reason_code=reason)


def tokens_given_back(context: Context, outcome: str) -> Event:
    """`outcome` is one of auth.revocation.Revoked, or why the EHR was not asked."""
    failed = outcome == "revocation-failed"
    return Event(
        "token.revoke",
        Action.EXECUTE,
        context,
        outcome=Outcome.MINOR_FAILURE if failed else Outcome.SUCCESS,
        reason_code=outcome,
    )


def record_viewed(context: Context, patient: str, counts: Mapping[str, int]) -> Event:
    """`counts` says how many of each resource type the page is about to show."""
    entities = tuple(Entity(kind, count=count) for kind, count in sorted(counts.items()))
    return Event("record.view", Action.READ, context, patient=patient, entities=entities)


def document_opened(context: Context, patient: str, ref: str, version: str, how: str) -> Event:
    """Before the first byte leaves. `how` is text, html, image, pdf or save."""
    entity = Entity("DocumentReference", ref=ref, version=version)
    return Event(
        "document.open", Action.READ, context, subtype=how, patient=patient, entities=(entity,)
    )


def document_sent(
    context: Context, patient: str, ref: str, *, size: int, sha256: str, whole: bool
) -> Event:
    """After its last byte, or after the one that was the last to get through."""
    return Event(
        "document.sent",
        Action.READ,
        context,
        outcome=Outcome.SUCCESS if whole else Outcome.MINOR_FAILURE,
        patient=patient,
        entities=(Entity("DocumentReference", ref=ref),),
        extras={"bytes": size, "sha256": sha256},
    )


def export_begun(context: Context, patient: str, form: str) -> Event:
    """Before the first byte of a copy of the whole record leaves."""
    return Event("record.export", Action.READ, context, subtype=form, patient=patient)


def export_ended(
    context: Context, patient: str, form: str, *, size: int, sha256: str, whole: bool
) -> Event:
    return Event(
        "record.exported",
        Action.READ,
        context,
        subtype=form,
        outcome=Outcome.SUCCESS if whole else Outcome.MINOR_FAILURE,
        patient=patient,
        extras={"bytes": size, "sha256": sha256},
    )


def document_refused(context: Context, patient: str, ref: str, reason: str) -> Event:
    return Event(
        "document.deny",
        Action.READ,
        context,
        outcome=Outcome.SERIOUS_FAILURE,
        reason_code=reason,
        patient=patient,
        entities=(Entity("DocumentReference", ref=ref),),
    )


def list_viewed(context: Context, queue: str, rows: Mapping[str, int]) -> tuple[Event, ...]:
    """One event for each patient in the list, with the number of their items."""
    return tuple(
        Event(
            "list.view",
            Action.READ,
            context,
            subtype=queue,
            patient=patient,
            entities=(Entity("Task", count=count),),
        )
        for patient, count in rows.items()
    )


def numbers_viewed(context: Context, what: str, counts: Mapping[str, int]) -> Event:
    """Figures of many patients, none of whom is named. `counts`: what they were computed from."""
    entities = tuple(Entity(kind, count=count) for kind, count in sorted(counts.items()))
    return Event("numbers.view", Action.READ, context, subtype=what, entities=entities)


def submission_changed(
    context: Context,
    patient: str,
    resource_type: str,
    transition: str,
    *,
    sid: str,
    ref: str = "",
    attempt: int = 0,
    reason: str = "",
) -> Event:
    """`transition` is received, posted, unknown, confirmed, refused or reconciled."""
    return Event(
        "submission",
        Action.CREATE,
        context,
        subtype=transition,
        outcome=_SUBMISSION_OUTCOMES.get(transition, Outcome.SUCCESS),
        reason_code=reason,
        patient=patient,
        entities=(Entity(resource_type, ref=ref),),
        extras={"sid": sid, "attempt": attempt},
    )


def task_tried(context: Context, patient: str, item: str, to_state: str) -> Event:
    """Before the EHR is asked: what came of it is a second event."""
    return _task("task.try", context, patient, item, {"to": to_state})


def task_claimed(context: Context, patient: str, task: str, etag: str) -> Event:
    return _task("task.claim", context, patient, task, {"etag": etag})


def task_changed(
    context: Context, patient: str, task: str, *, from_state: str, to_state: str, etag: str
) -> Event:
    change = {"from": from_state, "to": to_state, "etag": etag}
    return _task("task.change", context, patient, task, change)


def task_conflict(context: Context, patient: str, task: str, etag: str) -> Event:
    """Somebody else was faster; nothing was changed."""
    return _task(
        "task.conflict", context, patient, task, {"etag": etag}, outcome=Outcome.MINOR_FAILURE
    )


def summary_withdrawn(context: Context, patient: str, summary: str, *, done: bool) -> Event:
    """Or not: then it stands in the record as it was."""
    outcome = Outcome.SUCCESS if done else Outcome.MINOR_FAILURE
    return _task("summary.withdraw", context, patient, summary, {}, outcome=outcome)


def access_denied(context: Context, route: str, reason: str, patient: str = "") -> Event:
    return Event(
        "access.denied",
        Action.EXECUTE,
        context,
        subtype=route,
        outcome=Outcome.SERIOUS_FAILURE,
        reason_code=reason,
        patient=patient,
    )


def foreign_withheld(context: Context, patient: str, resource_type: str, count: int = 1) -> Event:
    """The EHR answered with what is not this patient's; it was not shown."""
    return Event(
        "compartment.mismatch",
        Action.READ,
        context,
        outcome=Outcome.SERIOUS_FAILURE,
        patient=patient,
        entities=(Entity(resource_type, count=count),),
    )


_FAMILIES = (
    ("edge", r"\bEdg(e|A|iOS)?/"),
    ("firefox", r"\b(Firefox|FxiOS)/"),
    ("chrome", r"\b(Chrome|Chromium|CriOS)/"),
    ("safari", r"\bSafari/"),
)


def browser_of(user_agent: str) -> str:
    """A class of browsers, as in "safari-mobile": enough to see a stranger, too little to track."""
    family = next((name for name, sign in _FAMILIES if re.search(sign, user_agent)), "other")
    mobile = re.search(r"\b(Mobile|Android|iPhone|iPad)\b", user_agent)
    return f"{family}-{'mobile' if mobile else 'desktop'}"


def _task(
    type: str,  # noqa: A002  (the name that AuditEvent gives it)
    context: Context,
    patient: str,
    item: str,
    extras: Mapping[str, str],
    outcome: Outcome = Outcome.SUCCESS,
) -> Event:
    return Event(
        type,
        Action.UPDATE,
        context,
        outcome=outcome,
        patient=patient,
        entities=(Entity(item.partition("/")[0], ref=item),),
        extras=extras,
    )

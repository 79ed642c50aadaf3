"""What somebody typed of their home readings, as it is kept until it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from flask import g

from smartapp.sessions.submission import SubmissionState
from smartapp.views.here import Here
from smartapp.workflow.policy.readings import ReadingKind
from smartapp.workflow.readings import Read, read_lines


@dataclass(frozen=True)
class Typed:
    """What somebody typed on one kind of reading, as it is kept."""

    kind: ReadingKind
    sid: str
    fields: Mapping[str, str]

    @property
    def lines(self) -> str:
        """One reading from the fields is one line more."""
        numbers = [self.fields.get(each.code, "") for each in self.kind.measures]
        day = self.fields.get("date", "")
        one = [day, self.fields.get("time", ""), *numbers] if day or any(numbers) else []
        typed = ";".join(part for part in one if part)
        return "\n".join(part for part in (self.fields.get("lines", ""), typed) if part.strip())

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.lines.encode()).hexdigest()


def form_name(kind: ReadingKind) -> str:
    return f"reading:{kind.code}"


def typed_by(here: Here, kind: ReadingKind) -> Typed:
    draft = here.services.drafts.find(here.active.person, form_name(kind))
    fields = {name: got[0] for name, got in draft.fields.items() if got} if draft else {}
    sid = fields.pop("submission", "")
    sent = here.services.outbox.find(sid, here.active.person) if sid else None
    is_over = sent is not None and sent.state is SubmissionState.REFUSED
    if not sid or is_over:
        return keep(here, Typed(kind, str(uuid4()), fields), fields)
    return Typed(kind, sid, fields)


def keep(here: Here, typed: Typed, posted: Mapping[str, str]) -> Typed:
    known = {"date", "time", "lines", *(each.code for each in typed.kind.measures)}
    fields = {name: text for name, text in posted.items() if name in known}
    kept = {name: [text] for name, text in {**fields, "submission": typed.sid}.items()}
    here.services.drafts.save(here.active.person, here.role, form_name(typed.kind), kept)
    g.kept_unsent = True
    return Typed(typed.kind, typed.sid, fields)


def read_typed(here: Here, typed: Typed) -> Read:
    zone = here.services.policy.calendar.zone
    return read_lines(typed.kind, typed.lines, zone, here.now)

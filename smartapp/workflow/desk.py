"""One member of staff with one patient's item before them: the changes that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from smartapp.errors import ClaimLost
from smartapp.fhir.change import Change, Kind
from smartapp.fhir.message import coded, named
from smartapp.fhir.task import WorkTask, detail
from smartapp.workflow.changing import Changing
from smartapp.workflow.new_work import NewWork
from smartapp.workflow.policy.model import Outcome
from smartapp.workflow.requests import Request
from smartapp.workflow.submission import Named
from smartapp.workflow.trail import MOVES, Trail

WAITING = "waiting-for-patient"
NOTE_TRIES = 24  # a note goes beside whatever somebody else has changed in the meantime


# Nobody's again, but not as the rules made it. Only work at "requested" is due as its age says: a
# long queue is sorted by that (workflow/streams.py).
TOUCHED = "received"


@dataclass(frozen=True)
class Moving:
    """Where an item goes, and why."""

    queue: str
    queue_words: str  # in English, as it stands in the record
    reason: str
    words: str = ""


@dataclass(frozen=True)
class Desk(Changing):
    """One member of staff with one patient's item before them."""

    @cached_property
    def new_work(self) -> NewWork:
        return NewWork(self.client, self.vocabulary, self.staff, self.now, self.seal)

    # --- whose it is --------------------------------------------------------------------------

    def claim(self, request: Request, etag: str, queue_words: str) -> WorkTask:
        """Mine, if it is nobody's. Where there is no work yet, it is made for the claim."""
        there = None if request.reopened_by else request.task
        task = there or self.new_work.for_message(request, queue_words)
        if there is None:
            etag = ""  # nobody has seen a version of it yet
        return self.take(task, etag)

    def take(self, task: WorkTask, etag: str) -> WorkTask:
        if not task.is_open:
            raise ClaimLost(None)
        if self.is_mine(task):
            return task  # by an earlier click
        if task.owner is not None:
            raise ClaimLost(self.somebody_else(task))
        took = self.change(Kind.CLAIMED, after=self.staff.reference)
        changed = self.changed(task, took, status="accepted", stage="with-nurse")
        changed["owner"] = named(*self.me)
        return self.put(task, changed, etag)

    def release(self, task: WorkTask, etag: str) -> WorkTask:
        self.must_own(task)
        gave_back = self.change(Kind.RELEASED, before=self.staff.reference)
        changed = self.changed(task, gave_back, status=TOUCHED, stage="received")
        changed.pop("owner", None)
        return self.put(task, changed, etag)

    def reassign(self, task: WorkTask, etag: str, to: Named, reason: str, words: str) -> WorkTask:
        """To one person, whoever has it now: somebody must be able to take it from who is away."""
        self.must_be_open(task)
        before = task.owner.raw if task.owner else ""
        change = self.change(
            Kind.REASSIGNED, before=before, after=to[0], reason=reason, words=words
        )
        changed = self.changed(task, change, status="accepted", stage="with-nurse")
        changed["owner"] = named(*to)
        return self.put(task, changed, etag)

    # --- where it is --------------------------------------------------------------------------

    def reroute(self, task: WorkTask, etag: str, to: Moving) -> WorkTask:
        return self._moved(Kind.REROUTED, task, etag, to, stage="received")

    def escalate(self, task: WorkTask, etag: str, to: Moving) -> WorkTask:
        return self._moved(Kind.ESCALATED, task, etag, to, stage="with-doctor")

    def _moved(self, kind: Kind, task: WorkTask, etag: str, to: Moving, *, stage: str) -> WorkTask:
        """Nobody's then, for the other team to take. The first move counts against the rule."""
        self.must_be_free(task)
        first = not any(each.kind in MOVES for each in task.changes)
        change = self.change(
            kind,
            before=task.routing.queue,
            after=to.queue,
            rule=task.routing.rule if first else "",
            reason=to.reason,
            words=to.words,
        )
        changed = self.changed(task, change, status=TOUCHED, stage=stage)
        changed.pop("owner", None)
        changed["performerType"] = self.performers(changed, to.queue, to.queue_words)
        return self.put(task, changed, etag)

    def prioritize(self, task: WorkTask, etag: str, priority: str, words: str) -> WorkTask:
        """What was promised to the patient for a time stays promised."""
        self.must_be_free(task)
        before = task.routing.priority
        change = self.change(Kind.PRIORITY, before=before, after=priority, words=words)
        changed = self.as_it_is(task, change)
        changed["priority"] = priority
        if changed["status"] == "requested":
            changed["status"] = TOUCHED
        return self.put(task, changed, etag)

    # --- beside the work ----------------------------------------------------------------------

    def note(self, task: WorkTask, words: str, *, reason: str = "", after: str = "") -> WorkTask:
        """Between staff. It contradicts no other change, so it is added to whatever is there."""
        text = {
            "authorReference": named(*self.me),
            "time": self.now.isoformat(timespec="seconds"),
            "text": words,
        }
        for _ in range(NOTE_TRIES):
            if Trail(task).holds_note(words):
                return task
            noted = self.change(Kind.NOTE, words=words, reason=reason, after=after)
            changed = self.as_it_is(task, noted)
            changed["note"] = [*changed.get("note", []), text]
            try:
                return self.put(task, changed, "", holds=lambda there: _holds(there, words))
            except ClaimLost:
                task = self.read(task.reference)
        raise ClaimLost(None)

    def replied(self, task: WorkTask, message: str) -> WorkTask:
        """The patient has an answer, and the work goes on."""
        self.must_own(task)
        change = self.change(Kind.REPLIED, after=message)
        changed = self.changed(task, change, status="in-progress", stage="with-nurse")
        return self.put(task, changed, "")

    def wait_for_patient(self, task: WorkTask, message: str) -> WorkTask:
        """They have a question to answer. It stays with who asked it."""
        self.must_own(task)
        change = self.change(Kind.ASKED_PATIENT, after=message)
        changed = self.changed(task, change, status="on-hold", stage=WAITING)
        changed["statusReason"] = {"text": "The patient was asked something."}
        return self.put(task, changed, "")

    # --- the end, and after it ----------------------------------------------------------------

    def close(
        self,
        task: WorkTask,
        etag: str,
        outcome: Outcome,
        reply: str | None,
        minutes: int | None = None,
    ) -> WorkTask:
        self.must_own(task)
        ended = self.change(Kind.CLOSED, after=outcome.code, minutes=minutes)
        return self._ended(task, etag, outcome, (ended,), reply)

    def close_for_visit(
        self,
        task: WorkTask,
        etag: str,
        outcome: Outcome,
        *,
        kind: str,
        words: str,
        reply: str | None,
        minutes: int | None = None,
    ) -> WorkTask:
        self.must_own(task)
        asked = self.change(Kind.VISIT_REQUESTED, after=kind, words=words)
        ended = self.change(Kind.CLOSED, after=outcome.code, minutes=minutes)
        return self._ended(task, etag, outcome, (asked, ended), reply)

    def _ended(
        self,
        task: WorkTask,
        etag: str,
        outcome: Outcome,
        changes: tuple[Change, ...],
        reply: str | None,
    ) -> WorkTask:
        concept = coded(self.vocabulary.outcome, outcome.code, outcome.words["en"])
        outputs = [detail(self.vocabulary, "outcome", valueCodeableConcept=concept)]
        if reply:
            outputs.append(detail(self.vocabulary, "reply", valueReference=named(reply)))
        changed = self.changed(task, *changes, status="completed", stage="closed")
        changed["output"] = [*changed.get("output", []), *outputs]
        return self.put(task, changed, etag)

    def reopen(self, task: WorkTask, etag: str, words: str) -> WorkTask:
        """Mine then. How it had ended stays in its history alone."""
        if task.is_open:
            raise ClaimLost(self.somebody_else(task))
        before = task.outcome.code(self.vocabulary.outcome) if task.outcome else ""
        change = self.change(Kind.REOPENED, before=before or "", words=words)
        changed = self.changed(task, change, status="accepted", stage="with-nurse")
        changed["owner"] = named(*self.me)
        self._forget_outcome(changed)
        return self.put(task, changed, etag)

    def _forget_outcome(self, changed: dict[str, Any]) -> None:
        kept = [each for each in changed.get("output", []) if not self._is_outcome(each)]
        changed.pop("output", None)
        if kept:
            changed["output"] = kept

    def _is_outcome(self, output: Mapping[str, Any]) -> bool:
        codings = output.get("type", {}).get("coding", [])
        outcome = (self.vocabulary.detail, "outcome")
        return any((each.get("system"), each.get("code")) == outcome for each in codings)


def _holds(there: WorkTask, words: str) -> bool:
    return Trail(there).holds_note(words)

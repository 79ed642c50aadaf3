"""Posting the steps of a submission, each after those that it points to."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from smartapp.errors import (
    EhrBusy,
    EhrError,
    EhrUnreachable,
    InvalidResource,
    NotAllowed,
    NotFound,
    OutsideFhirBase,
    Rejected,
    SmartappError,
    TokenNotAccepted,
)
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.fhir.likeness import holds
from smartapp.sessions.outbox import Claim, Outbox
from smartapp.sessions.submission import Step, StepState, Submission
from smartapp.workflow.looking import can_be_looked_for, may_insist, patience, way_to_look
from smartapp.workflow.submission import resolved

STEP_SECONDS = 30.0  # looking, posting and reading back, each at its slowest: none starts later
ALTERED = "altered"

# The request never left, or the EHR said that it has not looked at it.
NOT_CARRIED_OUT = (EhrBusy, EhrUnreachable, OutsideFhirBase)
# The EHR, or our own gate, said no, and nothing was stored. All the rest leaves it open.
REFUSALS = (Rejected, NotAllowed, NotFound, InvalidResource)

Tell = Callable[[Submission, Step], None]  # for the audit: what became of a step


@dataclass(frozen=True)
class Round:
    """One try to get a submission further, by whoever holds the claim on it."""

    claim: Claim
    client: FhirClient
    capability: Capability
    outbox: Outbox
    tell: Tell
    clock: Callable[[], float]

    def one_by_one(self, submission: Submission, *, insist: bool) -> Submission:
        for index, each in enumerate(submission.steps):
            if each.state is StepState.DONE:
                continue
            if not self.has_time(STEP_SECONDS):
                break
            after = self._advance(submission, index, insist)
            submission = self._note(submission, index, after)
            if after.state is not StepState.DONE:
                break
        return submission

    def has_time(self, seconds: float) -> bool:
        return self.claim.ends_at - self.clock() >= seconds

    def _advance(self, submission: Submission, index: int, insist: bool) -> Step:
        each = submission.steps[index]
        if each.state is StepState.REFUSED:
            return each
        if each.state is StepState.UNKNOWN:
            settled = self._look(each)
            wanted = insist and settled is not None and may_insist(settled, self.clock())
            if settled is not None and not (
                wanted and can_be_looked_for(each, self.client, self.capability)
            ):
                return settled
        return self._post(submission, index)

    def _look(self, each: Step) -> Step | None:
        """What became of an earlier try. None only where trying again can do no harm."""
        if each.reference is not None:
            there = self.read_back(each, each.reference)
            if there.reason_code != NotFound.code:
                return there
        look = way_to_look(each.resource_type, self.client, self.capability)
        if look is None:
            return each
        try:
            found = look(each.resource_type, each.identifier_system, each.identifier_value)
        except TokenNotAccepted:
            raise
        except EhrError:
            return each
        if found.matches:
            return self.read_back(each, f"{each.resource_type}/{found.matches[0]['id']}")
        is_absent = found.complete and not found.withheld
        waited = self.clock() - (each.last_tried_at or 0.0)
        can_repeat = self.capability.creates_once(each.resource_type) and waited >= patience(each)
        return None if is_absent and can_repeat else each

    def _post(self, submission: Submission, index: int) -> Step:
        each = _without_what_was_refused(submission, index)
        posting = self.posting(each)
        self._note(submission, index, posting)
        sid, before = submission.sid, submission.steps[:index]
        try:
            written = self.client.create(
                read(resolved(each, sid, before)), once=once(each, self.capability)
            )
        except TokenNotAccepted:
            # Not carried out. Before this try it may have been unknown, and then it still is.
            self._note(submission, index, replace(posting, state=each.state))
            raise
        except NOT_CARRIED_OUT as error:
            return replace(posting, state=each.state, reason_code=error.code)
        except REFUSALS as error:
            return _refused(posting, error, submission.steps[index + 1 :])
        except EhrError as error:
            return replace(self.unknown(posting), reason_code=error.code)
        if written.reference is None:
            return self.unknown(posting)
        try:
            return self.read_back(posting, written.reference)
        except TokenNotAccepted:
            return replace(self.unknown(posting), reference=written.reference)

    def posting(self, each: Step) -> Step:
        return replace(
            each,
            state=StepState.POSTING,
            reference=None,
            attempts=each.attempts + 1,
            last_tried_at=self.clock(),
        )

    def unknown(self, posting: Step) -> Step:
        """The wait for the index counts from now: the EHR may have stored it this moment."""
        return replace(posting, state=StepState.UNKNOWN, last_tried_at=self.clock())

    def read_back(self, each: Step, reference: str) -> Step:
        """Only what the EHR shows counts as received."""
        found = replace(each, reference=reference)
        try:
            stored = self.client.read(reference)
        except NotAllowed:
            return replace(found, state=StepState.DONE)
        except TokenNotAccepted:
            raise
        except EhrError as error:
            return replace(found, state=StepState.UNKNOWN, reason_code=error.code)
        reason = None if holds(stored, read(each.body)) else ALTERED
        return replace(found, state=StepState.DONE, reason_code=reason)

    # --- what is written down -----------------------------------------------------------------

    def _note(self, submission: Submission, index: int, after: Step) -> Submission:
        steps = (*submission.steps[:index], after, *submission.steps[index + 1 :])
        return self.note(submission, steps)

    def note(self, submission: Submission, after: Sequence[Step]) -> Submission:
        """A try is told before it is written down: a record of what was never tried would never
        end. What became of it is told when it is there to be found.
        """
        pairs = zip(submission.steps, after, strict=True)
        news = [step for before, step in pairs if step != before]
        if not news:
            return submission
        changed = replace(submission, steps=tuple(after))
        tries = [each for each in news if each.state is StepState.POSTING]
        for each in tries:
            self.tell(changed, each)
        noted = self.outbox.record(self.claim, changed)
        for each in news:
            if each not in tries:
                self.tell(noted, each)
        return noted


def read(body: str) -> dict[str, object]:
    """Numbers as they are written: 7.10 is not 7.1."""
    found: dict[str, object] = json.loads(body, parse_float=Decimal)
    return found


def once(each: Step, capability: Capability) -> tuple[str, str] | None:
    can = capability.creates_once(each.resource_type)
    return (each.identifier_system, each.identifier_value) if can else None


def _refused(each: Step, error: SmartappError, following: Sequence[Step]) -> Step:
    """The words in the EHR carry their routing, so the queue finds them without the Task; and they
    can carry the answers, so they arrive where the EHR takes no form.
    """
    are_answers = each.resource_type == "QuestionnaireResponse"
    can_do_without = each.resource_type == "Task" or (
        are_answers and any(step.alone for step in following)
    )
    state = StepState.DONE if can_do_without else StepState.REFUSED
    return replace(each, state=state, reason_code=error.code)


def _without_what_was_refused(submission: Submission, index: int) -> Step:
    each, before = submission.steps[index], submission.steps[:index]
    is_alone = any(
        step.resource_type == "QuestionnaireResponse" and step.reference is None for step in before
    )
    return replace(each, body=each.alone) if is_alone and each.alone else each

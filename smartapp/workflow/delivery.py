"""Getting a submission into the EHR: done, refused or unknown, and never twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from smartapp.errors import (
    ClaimLost,
    EhrBusy,
    EhrError,
    EhrTooSlow,
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
from smartapp.fhir.client import FhirClient, Found
from smartapp.fhir.likeness import holds
from smartapp.launch import Token
from smartapp.sessions.outbox import Claim, Outbox
from smartapp.sessions.submission import Step, StepState, Submission
from smartapp.workflow.submission import resolved

LEASE_SECONDS = 60.0
STEP_SECONDS = 30.0  # looking, posting and reading back, each at its slowest: none starts later
INDEX_DELAY_SECONDS = 2.0  # what was just stored may not be found for so long
STILL_AT_IT_SECONDS = 60.0  # what an EHR was too slow to answer, it may carry out for so long
ASK_AUTHOR_SECONDS = 600.0  # what no search can settle for so long, its author may send once more
ALTERED = "altered"

# The request never left, or the EHR said that it has not looked at it.
NOT_CARRIED_OUT = (EhrBusy, EhrUnreachable, OutsideFhirBase)
# The EHR, or our own gate, said no, and nothing was stored. All the rest leaves it open.
REFUSALS = (Rejected, NotAllowed, NotFound, InvalidResource)

Door = Callable[[Submission, Token], tuple[FhirClient, Capability]]
Tell = Callable[[Submission, Step], None]  # for the audit: what became of a step


@dataclass(frozen=True)
class Courier:
    """Carries submissions, in a request or in the sweep, whoever holds the claim."""

    outbox: Outbox
    door: Door
    tell: Tell
    clock: Callable[[], float]
    pause: Callable[[float], None]

    def carry(self, sid: str, *, patiently: bool = False, insist: bool = False) -> None:
        """One try. `patiently` waits out the index once, while a person waits for the page.

        `insist`: the author was told that it may arrive twice, and wants it sent once more.
        """
        claim = self.outbox.work(sid, LEASE_SECONDS)
        if claim is None:
            return
        with claim, suppress(ClaimLost):  # whoever has taken it over goes on with it
            submission = self._carry(claim, insist=insist)
            if patiently and _is_unknown(submission):
                self.pause(INDEX_DELAY_SECONDS)
                self._carry(replace(claim, submission=submission))
        self.outbox.settle(sid)

    def sweep(self) -> int:
        """Finishes what a dead worker or a slow EHR left. The number is what could not be."""
        failed = 0
        for sid in self.outbox.unfinished():
            try:
                self.carry(sid)
            except SmartappError:
                failed += 1  # the others must not wait for it
        return failed

    def _carry(self, claim: Claim, *, insist: bool = False) -> Submission:
        submission = claim.submission
        token = self.outbox.token(claim.sid)
        if token is None:
            return submission
        try:
            client, capability = self.door(submission, token)
        except EhrError:
            return submission  # it is not there; the submission is
        for index, each in enumerate(submission.steps):
            if each.state is StepState.DONE:
                continue
            if claim.ends_at - self.clock() < STEP_SECONDS:
                break
            try:
                after = self._advance(claim, submission, index, client, capability, insist)
            except TokenNotAccepted:
                self.outbox.drop_token(claim.sid, token)
                break
            submission = self._note(claim, submission, index, after)
            if after.state is not StepState.DONE:
                break
        return submission

    def _advance(
        self,
        claim: Claim,
        submission: Submission,
        index: int,
        client: FhirClient,
        capability: Capability,
        insist: bool,
    ) -> Step:
        each = submission.steps[index]
        if each.state is StepState.REFUSED:
            return each
        if each.state is StepState.UNKNOWN:
            settled = self._look(each, client, capability)
            wanted = insist and settled is not None and may_insist(settled, self.clock())
            if settled is not None and not (
                wanted and _can_be_looked_for(each, client, capability)
            ):
                return settled
        return self._post(claim, submission, index, client, capability)

    def _look(self, each: Step, client: FhirClient, capability: Capability) -> Step | None:
        """What became of an earlier try. None only where trying again can do no harm."""
        if each.reference is not None:
            there = self._done(each, each.reference, client)
            if there.reason_code != NotFound.code:
                return there
        look = _way_to_look(each.resource_type, client, capability)
        if look is None:
            return each
        try:
            found = look(each.resource_type, each.identifier_system, each.identifier_value)
        except TokenNotAccepted:
            raise
        except EhrError:
            return each
        if found.matches:
            return self._done(each, f"{each.resource_type}/{found.matches[0]['id']}", client)
        is_absent = found.complete and not found.withheld
        waited = self.clock() - (each.last_tried_at or 0.0)
        can_repeat = capability.creates_once(each.resource_type) and waited >= _patience(each)
        return None if is_absent and can_repeat else each

    def _post(
        self,
        claim: Claim,
        submission: Submission,
        index: int,
        client: FhirClient,
        capability: Capability,
    ) -> Step:
        each = _without_what_was_refused(submission, index)
        posting = replace(
            each,
            state=StepState.POSTING,
            reference=None,
            attempts=each.attempts + 1,
            last_tried_at=self.clock(),
        )
        self._note(claim, submission, index, posting)
        body = json.loads(resolved(each, claim.sid, submission.steps[:index]), parse_float=Decimal)
        once = (each.identifier_system, each.identifier_value)
        try:
            written = client.create(
                body, once=once if capability.creates_once(each.resource_type) else None
            )
        except TokenNotAccepted:
            # Not carried out. Before this try it may have been unknown, and then it still is.
            self._note(claim, submission, index, replace(posting, state=each.state))
            raise
        except NOT_CARRIED_OUT as error:
            return replace(posting, state=each.state, reason_code=error.code)
        except REFUSALS as error:
            return _refused(posting, error, submission.steps[index + 1 :])
        except EhrError as error:
            return replace(self._unknown(posting), reason_code=error.code)
        if written.reference is None:
            return self._unknown(posting)
        try:
            return self._done(posting, written.reference, client)
        except TokenNotAccepted:
            return replace(self._unknown(posting), reference=written.reference)

    def _unknown(self, posting: Step) -> Step:
        """The wait for the index counts from now: the EHR may have stored it this moment."""
        return replace(posting, state=StepState.UNKNOWN, last_tried_at=self.clock())

    def _done(self, each: Step, reference: str, client: FhirClient) -> Step:
        """Read back: only what the EHR shows counts as received."""
        found = replace(each, reference=reference)
        try:
            stored = client.read(reference)
        except NotAllowed:
            return replace(found, state=StepState.DONE)
        except TokenNotAccepted:
            raise
        except EhrError as error:
            return replace(found, state=StepState.UNKNOWN, reason_code=error.code)
        sent = json.loads(each.body, parse_float=Decimal)
        reason = None if holds(stored, sent) else ALTERED
        return replace(found, state=StepState.DONE, reason_code=reason)

    def _note(self, claim: Claim, submission: Submission, index: int, after: Step) -> Submission:
        before = submission.steps[index]
        if after == before:
            return submission
        steps = (*submission.steps[:index], after, *submission.steps[index + 1 :])
        changed = replace(submission, steps=steps)
        if after.state is StepState.POSTING:
            # Told before it is written down: a record of what was never tried would never end.
            self.tell(changed, after)
            return self.outbox.record(claim, changed)
        noted = self.outbox.record(claim, changed)
        self.tell(noted, after)
        return noted


def may_insist(each: Step, now: float) -> bool:
    """It was never seen in the EHR, and whatever was on its way then is no longer."""
    waited = now - (each.last_tried_at or 0.0)
    unseen = each.state is StepState.UNKNOWN and each.reference is None
    return unseen and waited >= ASK_AUTHOR_SECONDS


def _can_be_looked_for(each: Step, client: FhirClient, capability: Capability) -> bool:
    """An EHR that does not answer is not asked to store it once more."""
    look = _way_to_look(each.resource_type, client, capability)
    if look is None:
        return True
    try:
        look(each.resource_type, each.identifier_system, each.identifier_value)
    except TokenNotAccepted:
        raise
    except EhrError:
        return False
    return True


def _way_to_look(
    kind: str, client: FhirClient, capability: Capability
) -> Callable[[str, str, str], Found] | None:
    """By the identifier, else through all that the patient has: that can find, and not miss."""
    if capability.searches_by(kind, "identifier"):
        return client.by_identifier
    can_list = client.patient_id is not None and capability.searches_by(kind, "patient")
    return client.among_all if can_list else None


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


def _patience(each: Step) -> float:
    is_slow = each.reason_code == EhrTooSlow.code
    return STILL_AT_IT_SECONDS if is_slow else INDEX_DELAY_SECONDS


def _is_unknown(submission: Submission) -> bool:
    return any(each.state is StepState.UNKNOWN for each in submission.steps)

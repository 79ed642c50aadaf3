"""Getting a submission into the EHR: done, refused or unknown, and never twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from smartapp.errors import (
    Conflict,
    EhrBusy,
    EhrError,
    EhrUnreachable,
    NotAllowed,
    NotFound,
    RedirectRefused,
    Rejected,
    SmartappError,
    TokenNotAccepted,
)
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.fhir.element import Json
from smartapp.launch import Token
from smartapp.sessions.outbox import Claim, Outbox
from smartapp.sessions.submission import Step, StepState, Submission
from smartapp.workflow.submission import resolved

LEASE_SECONDS = 60.0  # longer than the slowest three writes and reads together
INDEX_DELAY_SECONDS = 2.0  # what was just stored may not be found for so long
ALTERED = "altered"

# The EHR said no, and nothing was stored. Anything else than these leaves it open.
REFUSALS = (Rejected, NotAllowed, NotFound, RedirectRefused)

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

    def carry(self, sid: str, *, patiently: bool = False) -> None:
        """One try. `patiently` waits out the index once, while a person waits for the page."""
        claim = self.outbox.work(sid, LEASE_SECONDS)
        if claim is None:
            return
        with claim:
            submission = self._carry(claim)
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

    def _carry(self, claim: Claim) -> Submission:
        submission = claim.submission
        token = self.outbox.token(claim.sid)
        if token is None:
            return submission
        client, capability = self.door(submission, token)
        for index, each in enumerate(submission.steps):
            if each.state is StepState.DONE:
                continue
            try:
                after = self._advance(claim, submission, index, client, capability)
            except TokenNotAccepted:
                self.outbox.drop_token(claim.sid, token)
                return submission
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
    ) -> Step:
        each = submission.steps[index]
        if each.state is StepState.REFUSED:
            return each
        if each.state is StepState.UNKNOWN:
            settled = self._look(each, client, capability)
            if settled is not None:
                return settled
        return self._post(claim, submission, index, client, capability)

    def _look(self, each: Step, client: FhirClient, capability: Capability) -> Step | None:
        """What became of an earlier try. None only where trying again can do no harm."""
        if not capability.searches_by(each.resource_type, "identifier"):
            return each
        try:
            found = client.by_identifier(
                each.resource_type, each.identifier_system, each.identifier_value
            )
        except TokenNotAccepted:
            raise
        except EhrError:
            return each
        if found.matches:
            return self._done(each, f"{each.resource_type}/{found.matches[0].get('id')}", client)
        waited = self.clock() - (each.last_tried_at or 0.0)
        if capability.creates_once(each.resource_type) and waited >= INDEX_DELAY_SECONDS:
            return None
        return each

    def _post(
        self,
        claim: Claim,
        submission: Submission,
        index: int,
        client: FhirClient,
        capability: Capability,
    ) -> Step:
        each = submission.steps[index]
        posting = replace(
            each,
            state=StepState.POSTING,
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
        except (EhrBusy, EhrUnreachable, TokenNotAccepted) as error:
            # Not carried out. Before this try it may have been unknown, and then it still is.
            self._note(claim, submission, index, replace(posting, state=each.state))
            if isinstance(error, TokenNotAccepted):
                raise
            return replace(posting, state=each.state, reason_code=error.code)
        except REFUSALS as error:
            return self._refused(posting, error)
        except Conflict:
            # Several match the identifier: it is there, and somebody must look at why twice.
            return replace(posting, state=StepState.UNKNOWN, reason_code=Conflict.code)
        except EhrError as error:
            return replace(posting, state=StepState.UNKNOWN, reason_code=error.code)
        if written.reference is None:
            return replace(posting, state=StepState.UNKNOWN)
        return self._done(posting, written.reference, client)

    def _refused(self, each: Step, error: EhrError) -> Step:
        if each.resource_type == "Task":
            # The words are in the EHR and carry their routing: the queue finds them without it.
            return replace(each, state=StepState.DONE, reason_code=error.code)
        return replace(each, state=StepState.REFUSED, reason_code=error.code)

    def _done(self, each: Step, reference: str, client: FhirClient) -> Step:
        """Read back: only what the EHR shows counts as received."""
        try:
            stored = client.read(reference)
        except (NotAllowed, TokenNotAccepted):
            return replace(each, state=StepState.DONE, reference=reference)
        except EhrError as error:
            return replace(each, state=StepState.UNKNOWN, reason_code=error.code)
        reason = None if _holds(stored, json.loads(each.body)) else ALTERED
        return replace(each, state=StepState.DONE, reference=reference, reason_code=reason)

    def _note(self, claim: Claim, submission: Submission, index: int, after: Step) -> Submission:
        before = submission.steps[index]
        if after == before:
            return submission
        steps = (*submission.steps[:index], after, *submission.steps[index + 1 :])
        noted = self.outbox.record(claim, replace(submission, steps=steps))
        self.tell(noted, after)
        return noted


def _is_unknown(submission: Submission) -> bool:
    return any(each.state is StepState.UNKNOWN for each in submission.steps)


# What the patient said and what was decided: if one of these is not as sent, it was altered.
_COMPARED: Mapping[str, tuple[str, ...]] = {
    "Communication": ("status", "payload", "priority", "extension"),
    "QuestionnaireResponse": ("status", "questionnaire", "item"),
    "Task": ("status", "priority", "performerType", "restriction", "input"),
}


def _holds(stored: Json, sent: Json) -> bool:
    names = _COMPARED[str(sent["resourceType"])]
    return all(_covers(stored.get(name), sent.get(name)) for name in names)


def _covers(stored: Any, sent: Any) -> bool:
    """Everything that was sent is there. An EHR may add, and it may resolve references."""
    if isinstance(sent, dict):
        return isinstance(stored, dict) and all(
            name == "reference" or _covers(stored.get(name), value) for name, value in sent.items()
        )
    if isinstance(sent, list):
        return (
            isinstance(stored, list)
            and len(stored) >= len(sent)
            and all(_covers(a, b) for a, b in zip(stored, sent, strict=False))
        )
    return bool(stored == sent)

"""Getting a submission into the EHR: done, refused or unknown, and never twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from smartapp.errors import ClaimLost, EhrError, SmartappError, TokenNotAccepted
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.launch import Token
from smartapp.sessions.outbox import Claim, Outbox
from smartapp.sessions.submission import StepState, Submission
from smartapp.workflow.looking import INDEX_DELAY_SECONDS
from smartapp.workflow.posting import Round, Tell
from smartapp.workflow.together import can_go_together, send_together

LEASE_SECONDS = 60.0

Door = Callable[[Submission, Token], tuple[FhirClient, Capability]]


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
        """As one transaction where the EHR takes that, and nothing of it was sent yet."""
        submission = claim.submission
        token = self.outbox.token(claim.sid)
        if token is None:
            return submission
        try:
            client, capability = self.door(submission, token)
        except EhrError:
            return submission  # it is not there; the submission is
        going = Round(claim, client, capability, self.outbox, self.tell, self.clock)
        try:
            if can_go_together(submission, capability):
                submission, is_over = send_together(going, submission)
                if is_over:
                    return submission
            return going.one_by_one(submission, insist=insist)
        except TokenNotAccepted:
            self.outbox.drop_token(claim.sid, token)
            return submission


def _is_unknown(submission: Submission) -> bool:
    return any(each.state is StepState.UNKNOWN for each in submission.steps)

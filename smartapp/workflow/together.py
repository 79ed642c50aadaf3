"""Sending all of a submission at once, where the EHR takes it as one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from smartapp.errors import EhrError, TokenNotAccepted
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import Written
from smartapp.fhir.transaction import Entry
from smartapp.sessions.submission import Step, StepState, Submission
from smartapp.workflow.posting import NOT_CARRIED_OUT, REFUSALS, Round, once, read
from smartapp.workflow.submission import full_url

READ_SECONDS = 15.0  # reading one back, at its slowest


def can_go_together(submission: Submission, capability: Capability) -> bool:
    """As long as nothing of it may be there: what became of it later is looked up for each."""
    states = {each.state for each in submission.steps}
    are_several = len(submission.steps) > 1
    return capability.takes_transactions and are_several and states == {StepState.WAITING}


def send_together(going: Round, submission: Submission) -> tuple[Submission, bool]:
    """All or nothing; and if this try is over. What an EHR refuses as a whole goes one by one:
    without the form, or without the work, it may take the rest.
    """
    tried = going.note(submission, [going.posting(each) for each in submission.steps])
    waiting = [replace(each, state=StepState.WAITING) for each in tried.steps]
    try:
        written = going.client.create_together(_entries(tried, going.capability))
    except TokenNotAccepted:
        going.note(tried, waiting)
        raise
    except NOT_CARRIED_OUT as error:
        return going.note(tried, [replace(each, reason_code=error.code) for each in waiting]), True
    except REFUSALS as error:
        return going.note(tried, [replace(each, reason_code=error.code) for each in waiting]), False
    except EhrError as error:
        unheard = [going.unknown(each) for each in tried.steps]
        return going.note(tried, [replace(each, reason_code=error.code) for each in unheard]), True
    return _read_back(going, tried, written), True


def _entries(submission: Submission, capability: Capability) -> list[Entry]:
    return [
        Entry(full_url(submission.sid, each.resource_type), read(each.body), once(each, capability))
        for each in submission.steps
    ]


def _read_back(going: Round, tried: Submission, written: Sequence[Written]) -> Submission:
    """Each for itself. What cannot be read now keeps the place where it is said to be."""
    settled: list[Step] = [
        replace(going.unknown(each), reference=one.reference)
        for each, one in zip(tried.steps, written, strict=True)
    ]
    for index, each in enumerate(settled):
        if each.reference is None or not going.has_time(READ_SECONDS):
            continue
        try:
            settled[index] = going.read_back(each, each.reference)
        except TokenNotAccepted:
            going.note(tried, settled)
            raise
    return going.note(tried, settled)

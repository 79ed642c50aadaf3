"""What somebody handed in, as the steps in which the EHR is to get it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from smartapp.sessions.person import Person


class StepState(StrEnum):
    WAITING = "waiting"
    POSTING = "posting"
    UNKNOWN = "unknown"  # sent, and how it ended was never heard
    DONE = "done"
    REFUSED = "refused"


class SubmissionState(StrEnum):
    RECEIVED = "received"
    POSTING = "posting"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WAITING_FOR_AUTHOR = "waiting-for-author"


@dataclass(frozen=True)
class Step:
    """One resource to be created."""

    resource_type: str
    identifier_system: str
    identifier_value: str
    body: str = field(repr=False)  # the canonical JSON to be sent; "" once settled
    state: StepState = StepState.WAITING
    reference: str | None = None
    attempts: int = 0
    last_tried_at: float | None = None
    reason_code: str | None = None
    # What is sent in place of `body` where the EHR refused the answers that it would point at.
    alone: str = field(default="", repr=False)


@dataclass(frozen=True)
class Submission:
    sid: str  # the uuid that was minted when the form was rendered
    person: Person
    ehr_key: str
    created_at: float
    title: str = field(repr=False)
    steps: tuple[Step, ...]
    iss: str = ""  # of the launch it was handed in by: the registration may serve several
    about: str = ""  # "MedicationRequest/id" or another resource that it is for
    form: str = ""  # whose draft it came from
    files: int = 0  # that went with it
    author_needed: bool = False  # as the outbox reads it: there is no live token to go on with

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a submission without steps would count as confirmed")

    @property
    def state(self) -> SubmissionState:
        """An unknown step counts for more than a refused one: it has to be settled first."""
        steps = {step.state for step in self.steps}
        in_flight = bool(steps & {StepState.POSTING, StepState.UNKNOWN})
        if steps == {StepState.DONE}:
            return SubmissionState.CONFIRMED
        if StepState.REFUSED in steps and not in_flight:
            return SubmissionState.REFUSED
        if self.author_needed:
            return SubmissionState.WAITING_FOR_AUTHOR
        if StepState.UNKNOWN in steps:
            return SubmissionState.UNKNOWN
        if steps == {StepState.WAITING}:
            return SubmissionState.RECEIVED
        return SubmissionState.POSTING

    @property
    def is_finished(self) -> bool:
        return self.state in (SubmissionState.CONFIRMED, SubmissionState.REFUSED)

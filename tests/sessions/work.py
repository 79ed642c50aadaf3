"""What a worker does with a submission, in short, and what may happen to it in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from smartapp.sessions import Outbox, StepState, Store, Submission

DONE, REFUSED, WAITING = StepState.DONE, StepState.REFUSED, StepState.WAITING
POSTING, UNKNOWN = StepState.POSTING, StepState.UNKNOWN


def with_steps(submission: Submission, *states: StepState) -> Submission:
    steps = tuple(
        replace(step, state=state, reference=f"{step.resource_type}/1" if state is DONE else None)
        for step, state in zip(submission.steps, states, strict=True)
    )
    return replace(submission, steps=steps)


def worked(outbox: Outbox, sid: str, *states: StepState) -> Submission:
    claim = outbox.work(sid, 30)
    assert claim is not None
    with claim:
        return outbox.record(claim, with_steps(claim.submission, *states))


def finish(outbox: Outbox, submission: Submission) -> None:
    worked(outbox, submission.sid, DONE, DONE, DONE)
    outbox.settle(submission.sid)


class Interrupted:
    """A store at which something happens once, just before a command is carried out."""

    def __init__(self, store: Store, command: str, happens: Callable[[], object]) -> None:
        self._store = store
        self._command: str | None = command
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        if name == self._command:
            self._command = None
            self._happens()
        return getattr(self._store, name)


class WorkerKilled(Exception):
    pass


def killed() -> None:
    raise WorkerKilled

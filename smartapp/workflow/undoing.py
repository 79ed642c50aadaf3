"""Taking back what was done a moment ago, where nobody has touched it since."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from smartapp.errors import ClaimLost
from smartapp.fhir.change import Kind
from smartapp.fhir.message import named
from smartapp.fhir.task import WorkTask
from smartapp.workflow.desk import Desk

SECONDS = 60.0


@dataclass(frozen=True)
class Left:
    """What a closing leaves in the EHR beside the item: no undoing simply takes it away."""

    answer: bool = False  # the patient has it
    summary: bool = False  # the chart has it


NOTHING = Left()


@dataclass(frozen=True)
class Before:
    """What an item was, as far as staff can change it, and the version that the change made."""

    kind: str  # of the change that may be taken back
    reference: str
    etag: str
    status: str
    stage: str
    owner: tuple[str, str]
    queue: str
    priority: str
    outputs: int
    left: Left = NOTHING

    def written(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Before:
        told = json.loads(text)
        return cls(**{**told, "owner": tuple(told["owner"]), "left": Left(**told["left"])})


def before(task: WorkTask, after: WorkTask, kind: Kind, left: Left = NOTHING) -> Before:
    owner = task.owner
    return Before(
        kind=kind,
        reference=after.reference,
        etag=after.etag or "",
        status=task.status,
        stage=task.stage,
        owner=(owner.raw, owner.display) if owner else ("", ""),
        queue=task.routing.queue,
        priority=task.routing.priority,
        outputs=len(task.json.get("output", [])),
        left=left,
    )


def undo(desk: Desk, task: WorkTask, was: Before, queue_words: str) -> WorkTask:
    """Over the very version that the change made, or not at all. Both stay in the history."""
    if task.etag != was.etag:
        raise ClaimLost(None)
    moved = was.queue != task.routing.queue
    taken_back = desk.change(
        Kind.UNDONE,
        before=task.routing.queue if moved else task.routing.priority,
        after=was.queue if moved else was.priority,
        reason=was.kind,
    )
    changed = desk.changed(task, taken_back, status=was.status, stage=was.stage)
    changed.pop("owner", None)
    if was.owner[0]:
        changed["owner"] = named(*was.owner)
    if moved:
        changed["performerType"] = desk.performers(changed, was.queue, queue_words)
    changed["priority"] = was.priority
    outputs = changed.pop("output", [])[: was.outputs]
    if outputs:
        changed["output"] = outputs
    return desk.put(task, changed, was.etag)

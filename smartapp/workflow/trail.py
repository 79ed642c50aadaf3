"""What staff did with an item so far: told apart from what the rules had decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

from smartapp.fhir.change import Change, Kind
from smartapp.fhir.element import Reference
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import WorkTask
from smartapp.workflow.seal import Seal

MOVES = frozenset({Kind.REROUTED, Kind.ESCALATED})


def item_of(task: WorkTask) -> str:
    """What a seal over a change is bound to."""
    return task.identifier or task.id


@dataclass(frozen=True)
class Trail:
    """The changes of one item that this app vouches for, and the others."""

    task: WorkTask
    seal: Seal | None = None

    def is_ours(self, change: Change) -> bool:
        """Only a change that carries the server's seal was made in this app by staff."""
        task = self.task
        return self.seal is None or self.seal.vouches(change, item_of(task), task.patient)

    @property
    def last_move(self) -> Change | None:
        """What staff did that brought it where it is; None where the rules did."""
        moves = [each for each in self.task.changes if _moved(each) and self.is_ours(each)]
        if not moves or moves[-1].kind == Kind.UNDONE:
            return None
        return moves[-1] if moves[-1].after == self.task.routing.queue else None

    @property
    def notes(self) -> tuple[Change, ...]:
        """Notes by staff, from wherever this EHR keeps them, each once and the oldest first."""
        said = [each for each in self.task.changes if each.kind == Kind.NOTE and each.words]
        known = {_plainly(each.words) for each in said}
        since = self.task.authored.earliest if self.task.authored else None
        theirs = (
            Change(Kind.NOTE, when, Reference("", note.by), words=note.text)
            for note in self.task.notes
            if _plainly(note.text) not in known
            if (when := note.when.earliest if note.when else since) is not None
        )
        return tuple(sorted((*said, *theirs), key=lambda each: each.when))

    def holds_note(self, words: str) -> bool:
        return any(_plainly(each.words) == _plainly(words) for each in self.notes)

    def as_decided(self) -> Routing | None:
        """As the rules had left it before staff changed it; None where the changes do not lead from
        there to what the work says of itself now.
        """
        routing = self.task.routing
        for change in reversed(self.task.changes):
            if not self.is_ours(change):
                continue
            if _moved(change):
                if change.after != routing.queue:
                    return None
                routing = replace(routing, queue=change.before)
            elif _raised(change):
                if change.after != routing.priority:
                    return None
                routing = replace(routing, priority=change.before)
        return routing


def _moved(change: Change) -> bool:
    return change.kind in MOVES or (change.kind == Kind.UNDONE and change.reason in MOVES)


def _raised(change: Change) -> bool:
    undone = change.kind == Kind.UNDONE and change.reason == Kind.PRIORITY
    return change.kind == Kind.PRIORITY or undone


def _plainly(words: str) -> str:
    """An EHR may break lines in its own way."""
    return " ".join(words.split())

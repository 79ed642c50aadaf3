"""One request as the figures see it: when what happened to it, and whose work it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.change import Change, Kind
from smartapp.fhir.element import Reference
from smartapp.fhir.message import PATIENTS_SIDE, Message
from smartapp.fhir.task import WorkTask
from smartapp.workflow.requests import Request, requests_of

MOVES = (Kind.REROUTED, Kind.ESCALATED)
ANSWERS = (Kind.REPLIED, Kind.ASKED_PATIENT)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the clinic, and the name that stands beside what they did."""

    reference: str
    name: str


@dataclass(frozen=True)
class Deed:
    """One thing that a colleague did."""

    who: Colleague
    when: datetime
    kind: str
    minutes: int | None = None
    reason: str = ""  # as the policy codes it


@dataclass(frozen=True)
class Handled:
    reference: str  # the work, or the message where there is none
    submission: str | None
    patient: str
    topic: str
    asked: datetime
    due: datetime | None
    rule: str  # "" where nobody vouches for one
    queues: tuple[tuple[datetime, str], ...]  # where it went, and when; the first by the rules
    answered: datetime | None = None  # by a person, for the first time
    closed: datetime | None = None  # None while it is open
    is_open: bool = True
    owner: str = ""
    outcome: str = ""
    by_proxy: bool = False
    has_task: bool = True
    history: bool = False  # staff left word of what they did
    from_patient: tuple[datetime, ...] = ()
    from_clinic: tuple[datetime, ...] = ()
    deeds: tuple[Deed, ...] = ()
    misrouted: bool = False  # the rules had sent it to the wrong place, and somebody put it right
    escalated: bool = False
    reopened: int = 0

    @property
    def queue(self) -> str:
        return self.queues[0][1]

    @property
    def queue_now(self) -> str:
        return self.queues[-1][1]

    def queue_at(self, moment: datetime) -> str:
        since = (queue for began, queue in reversed(self.queues) if began <= moment)
        return next(since, self.queue)

    def was_in(self, queues: Iterable[str]) -> bool:
        wanted = frozenset(queues)
        return any(queue in wanted for _, queue in self.queues)

    def is_late(self, now: datetime) -> bool | None:
        """None where nobody can say: nothing was promised, or its time has not come yet."""
        if self.due is None:
            return None
        heard = self.answered or self.closed
        if heard is not None:
            return heard > self.due
        return True if self.due < now else None


@dataclass(frozen=True)
class Judging:
    """`is_ours`: this app vouches for a change of a Task. What others wrote is no deed of staff.
    `wrong`: reasons for passing something on that say that the rule was wrong.
    """

    is_ours: Callable[[WorkTask, Change], bool] = lambda *_: True
    wrong: frozenset[str] = frozenset()


def all_handled(
    messages: Sequence[Message], tasks: Sequence[WorkTask], judging: Judging
) -> tuple[Handled, ...]:
    """Every thread with its work, and work whose messages are not there."""
    requests = requests_of(messages, tasks)
    spoken = {each.task.reference for each in requests if each.task}
    threads = (_thread(each, judging) for each in requests)
    silent = (_work(each, (), judging) for each in tasks if each.reference not in spoken)
    return tuple(each for each in (*threads, *silent) if each is not None)


def _thread(request: Request, judging: Judging) -> Handled | None:
    """None for what was no affair of the rules, and for a thread whose beginning is not there:
    when it was asked nobody can say.
    """
    root, routing = request.root, request.routing
    if request.task is not None:
        return _work(request.task, request.messages, judging, request)
    if root.root is not None or root.sent is None or root.patient is None or routing is None:
        return None
    replies = [each for each in request.messages if each.is_answer]
    return Handled(
        reference=root.reference,
        submission=root.identifier,
        patient=root.patient,
        topic=request.topic,
        asked=root.sent.earliest,
        due=routing.due,
        rule=routing.rule,
        queues=((root.sent.earliest, routing.queue),),
        answered=min(_moments(replies), default=None),
        by_proxy=_is_proxy(root.sender),
        has_task=False,
        is_open=request.waits_for_clinic,
        from_patient=_moments(request.messages, PATIENTS_SIDE),
        from_clinic=_moments(replies),
        deeds=_deeds((), replies),
    )


def _work(
    task: WorkTask,
    messages: Sequence[Message],
    judging: Judging,
    request: Request | None = None,
) -> Handled | None:
    if task.authored is None or task.patient is None:
        return None
    asked = task.authored.earliest
    changes = lasting([each for each in task.changes if judging.is_ours(task, each)])
    moves = [each for each in changes if each.kind in MOVES]
    ended = [each.when for each in changes if each.kind == Kind.CLOSED]
    last_seen = task.ended.earliest if task.ended else None
    again = request is not None and request.reopened_by is not None
    replies = [each for each in messages if each.is_answer]
    is_open = task.is_open or again
    return Handled(
        reference=task.reference,
        submission=task.identifier,
        patient=task.patient,
        topic=task.topic,
        asked=asked,
        due=task.routing.due,
        rule=task.routing.rule or next((each.rule for each in moves if each.rule), ""),
        queues=_way(moves, task.routing.queue, asked),
        answered=min([*_moments(replies), *_whens(changes, ANSWERS)], default=None),
        closed=None if is_open else (ended[-1] if ended else last_seen),
        is_open=is_open,
        owner=(task.owner.raw or task.owner.display) if task.owner else "",
        outcome="" if is_open else _outcome(task),
        by_proxy=_is_proxy(task.requester),
        history=bool(changes),
        from_patient=_moments(messages, PATIENTS_SIDE),
        from_clinic=_moments(replies),
        deeds=_deeds(changes, replies),
        misrouted=bool(moves)
        and moves[0].kind == Kind.REROUTED
        and moves[0].reason in judging.wrong,
        escalated=any(each.kind == Kind.ESCALATED for each in moves),
        reopened=len(_whens(changes, (Kind.REOPENED,))) + again,
    )


def lasting(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Without what was undone at once: that was never meant. `reason` says what was."""
    kept: list[Change] = []
    for change in changes:
        if change.kind != Kind.UNDONE:
            kept.append(change)
            continue
        undone = next((each for each in reversed(kept) if each.kind == change.reason), None)
        if undone is not None:
            kept.remove(undone)
    return tuple(kept)


def _way(
    moves: Sequence[Change], queue_now: str, asked: datetime
) -> tuple[tuple[datetime, str], ...]:
    first = moves[0].before if moves and moves[0].before else queue_now
    return ((asked, first), *((each.when, each.after) for each in moves))


def _deeds(changes: Sequence[Change], replies: Sequence[Message]) -> tuple[Deed, ...]:
    """By the record of changes; where there is none, the answers are all that is known."""
    if changes:
        return tuple(
            Deed(Colleague(each.by.target or each.by.raw, each.by.display), each.when, each.kind,
                 each.minutes, each.reason)
            for each in changes
        )  # fmt: skip
    return tuple(
        Deed(Colleague(each.sender.target or "", each.sender.display), each.sent.earliest,
             Kind.REPLIED)
        for each in replies
        if each.sender is not None and each.sent is not None
    )  # fmt: skip


def _moments(messages: Iterable[Message], kinds: Sequence[str] = ()) -> tuple[datetime, ...]:
    return tuple(
        each.sent.earliest
        for each in messages
        if each.sent is not None
        and (not kinds or (each.sender is not None and each.sender.kind in kinds))
    )


def _whens(changes: Sequence[Change], kinds: Sequence[str]) -> list[datetime]:
    return [each.when for each in changes if each.kind in kinds]


def _is_proxy(who: Reference | None) -> bool:
    return who is not None and who.kind == "RelatedPerson"


def _outcome(task: WorkTask) -> str:
    return next((each.code for each in task.outcome.codings), "") if task.outcome else ""

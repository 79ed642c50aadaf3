"""A request from its first message to its end: what the patient follows and the clinic works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import inf

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.message import Message
from smartapp.fhir.routing import UNDECIDED, Routing
from smartapp.fhir.task import WorkTask

WROTE_AGAIN = "wrote-again"
WROTE_AGAIN_REASON = "The patient wrote again after this was closed."
PHYSICIANS, NURSES = "physician", "nurse-triage"  # the queues that the tracker has words for
ASKED_PATIENT = "waiting-for-patient"  # the stage of work that somebody asked the patient about
ESCALATED = "with-doctor"
VISIT_REQUESTED = "visit-requested"  # the rule of work that staff made of other work
HOME_READINGS = "Home readings"  # how they begin in an EHR, in its own language
PRIORITIES = ("stat", "asap", "urgent", "routine")  # most pressing first


class Stage(StrEnum):
    """Where a request is, in the words of the tracker. The order is the order of the way."""

    RECEIVED = "received"
    WITH_NURSE = "with-nurse"
    WITH_DOCTOR = "with-doctor"
    WAITING = "waiting-for-patient"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True)
class Request:
    """One thread of messages, and the work that it made."""

    root: Message
    messages: tuple[Message, ...]  # oldest first, the root among them
    task: WorkTask | None
    works: tuple[WorkTask, ...] = ()  # all the work that it made: a visit is work beside the first

    @property
    def topic(self) -> str:
        """The code of what was asked for; the Task may have been given to another topic."""
        return (self.task.topic if self.task else "") or self.root.topic or ""

    @property
    def about(self) -> str:
        """What it is about, by the name that it was given; empty for what names nothing."""
        named = (each for each in self.root.about if "QuestionnaireResponse/" not in each.raw)
        return next((each.display for each in named if each.display), "")

    @property
    def is_reading(self) -> bool:
        """Home readings have no topic of their own: the rule that looked at them says so, or what
        they were sent as.
        """
        said = self.routing
        by_rule = said is not None and said.rule.startswith("reading-")
        return by_rule or self.root.subject_line.startswith(f"{HOME_READINGS}: ")

    @property
    def submission(self) -> str | None:
        return self.root.identifier

    @property
    def routing(self) -> Routing | None:
        """The Task decides; where there is none, the note on the patient's own message does.

        None for what no rule of this clinic was ever asked about.
        """
        if self.task is not None and self.task.routing.queue:
            return again(self.task.routing) if self.reopened_by else self.task.routing
        if self.root.routing is not None:
            return self.root.routing
        return UNDECIDED if self.root.is_ours else None

    @property
    def due(self) -> datetime | None:
        return self.routing.due if self.routing else None

    @property
    def last_answer(self) -> Message | None:
        return next((each for each in reversed(self.messages) if each.is_answer), None)

    @property
    def answer_to_read(self) -> Message | None:
        """A person's answer that nobody on the patient's side has said anything to since."""
        return None if waits_for_answer(self.messages) else self.last_answer

    @property
    def waits_for_clinic(self) -> bool:
        return not self.is_closed and (waits_for_answer(self.messages) or self._has_new_work)

    @property
    def _has_new_work(self) -> bool:
        """The last answer was that there will be a visit, which somebody is to set up."""
        if self.work is None or self.work.routing.rule != VISIT_REQUESTED:
            return False
        made = self.work.authored
        said = self.last_answer.sent if self.last_answer else None
        return bool(made and said and made.earliest >= said.earliest)

    @property
    def reopened_by(self) -> Message | None:
        """What the patient's side wrote after the work had ended, and nobody has answered."""
        return reopening(self.task, self.messages) if self.task else None

    @property
    def work(self) -> WorkTask | None:
        """The work that is under way, or that is over and stays so."""
        return None if self.reopened_by else self.task

    @property
    def is_closed(self) -> bool:
        return self.task is not None and not self.task.is_open and self.reopened_by is None

    @property
    def stage(self) -> Stage:
        if self.is_closed:
            return Stage.CLOSED
        if not self.waits_for_clinic:
            return Stage.WAITING if self.asks_patient else Stage.ANSWERED
        if self.is_with_doctor:
            return Stage.WITH_DOCTOR
        if self.work is not None and self.work.owner is not None:
            return Stage.WITH_NURSE
        return Stage.RECEIVED

    @property
    def asks_patient(self) -> bool:
        """Somebody at the clinic has asked them something, and nobody has answered it yet."""
        work = self.work
        return work is not None and work.is_open and work.stage == ASKED_PATIENT

    @property
    def is_with_doctor(self) -> bool:
        is_theirs = self.routing is not None and self.routing.queue == PHYSICIANS
        return is_theirs or (self.work is not None and self.work.stage == ESCALATED)

    @property
    def was_passed_on(self) -> bool:
        """Others have it than those that the patient was told. Why, is the clinic's own affair."""
        first, now = self.root.routing, self.work.routing if self.work else None
        return first is not None and now is not None and now.queue not in {"", first.queue}

    @property
    def is_bare_form(self) -> bool:
        """It is in the record, and that is all that can be known of it here."""
        return self.root.is_form and self.task is None and self.last_answer is None

    @property
    def is_promised(self) -> bool:
        """Somebody at the clinic owes an answer that would be seen here."""
        return not self.is_bare_form and self.stage not in {
            Stage.WAITING,
            Stage.ANSWERED,
            Stage.CLOSED,
        }

    def is_late(self, now: datetime) -> bool:
        return self.is_promised and self.due is not None and self.due < now

    def concerns(self, reference: str) -> bool:
        return any(each.target == reference for each in self.root.about)


def requests_of(messages: Iterable[Message], tasks: Iterable[WorkTask]) -> tuple[Request, ...]:
    """Threads with their work, newest first. A reply whose root is not there stands alone."""
    known = tuple(tasks)
    work = work_by_focus(known)
    found = []
    for first, members in threads_of(messages).items():
        root = next((each for each in members if each.reference == first), members[0])
        key = (first, root.patient)
        works = tuple(each for each in known if each.focus and (each.focus, each.patient) == key)
        found.append(Request(root, tuple(members), work.get(key), works))
    return tuple(sorted(found, key=lambda request: _when(request.messages[-1]), reverse=True))


def with_forms(messages: Sequence[Message], forms: Iterable[Message]) -> tuple[Message, ...]:
    """A form that the patient's own message speaks of is no second item. One that came alone is
    the first message of its thread, and what staff say about it belongs there.
    """
    spoken_of = {a.target for each in messages if each.may_be_from_patient for a in each.about}
    alone = {each.reference: each for each in forms if each.reference not in spoken_of}

    def in_its_thread(message: Message) -> Message:
        about = next((a.target for a in message.about if a.target in alone), None)
        is_first = message.root is None and message.is_from_clinic
        return replace(message, root=about) if about and is_first else message

    return (*(in_its_thread(each) for each in messages), *alone.values())


def reopening(task: WorkTask, thread: Sequence[Message]) -> Message | None:
    """The first message since the work ended. Where nobody knows when that was, what is no first
    message counts as later: better looked at twice than never.
    """
    if task.is_open or not waits_for_answer(thread):
        return None
    said = [each for each in thread if each.is_answer or each.may_be_from_patient]
    waiting = said[max((i + 1 for i, each in enumerate(said) if each.is_answer), default=0) :]
    return next((each for each in waiting if _is_since(task.ended, each, thread[0])), None)


def _is_since(ended: FhirDate | None, message: Message, first: Message) -> bool:
    if ended is None or message.sent is None:
        return message is not first
    return message.sent.latest > ended.earliest


def again(before: Routing) -> Routing:
    """The same people get it. What was promised for the first time is over."""
    return replace(before, due=None, rule=WROTE_AGAIN, reason=WROTE_AGAIN_REASON, red_flags=())


def waits_for_answer(thread: Sequence[Message]) -> bool:
    """Since the patient's side last wrote, no person has; what a machine says changes nothing."""
    spoken = [each for each in thread if each.is_answer or each.may_be_from_patient]
    return bool(spoken) and not spoken[-1].is_answer


def threads_of(messages: Iterable[Message]) -> dict[str, list[Message]]:
    """By the first message of each, which may itself not be there; oldest first."""
    known = {message.reference: message for message in messages}
    threads: dict[str, list[Message]] = {}
    for message in known.values():
        threads.setdefault(_first_of(message, known), []).append(message)
    for first, members in threads.items():
        members.sort(key=lambda each: (each.reference != first, _when(each)))
    return threads


def _first_of(message: Message, known: Mapping[str, Message]) -> str:
    """An EHR may hang an answer on the message before it instead of on the first. What points at
    another patient's message is no part of that thread.
    """
    way = [message.reference]
    while message.root is not None and message.root not in way:
        earlier = known.get(message.root, message)
        if earlier.patient != message.patient:
            break
        way.append(message.root)
        message = earlier
    return way[-1]


def work_by_focus(tasks: Iterable[WorkTask]) -> dict[tuple[str, str | None], WorkTask]:
    """By message and patient. Where one message made more work than one, what is still to do
    counts, then the latest.
    """
    ordered = sorted(tasks, key=lambda task: (task.is_open, _since(task.authored)))
    return {(task.focus, task.patient): task for task in ordered if task.focus}


def _when(message: Message) -> float:
    """What came at an unknown time may be the latest word: nobody has answered it for sure."""
    return message.sent.earliest.timestamp() if message.sent else inf


def _since(authored: FhirDate | None) -> float:
    return authored.earliest.timestamp() if authored else 0.0

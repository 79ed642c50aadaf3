"""What a patient writes in a thread: one message, and work where the work was over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import new_message
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import new_task
from smartapp.sessions.submission import Step
from smartapp.words import in_locale
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.requests import WROTE_AGAIN, WROTE_AGAIN_REASON, Request
from smartapp.workflow.seal import Seal
from smartapp.workflow.submission import Named, step

USUAL_LENGTH = 1000  # where the topic is no longer in the policy


def longest_reply(policy: Policy, request: Request) -> int:
    topic = policy.topics.get(request.topic)
    return topic.message_length if topic else USUAL_LENGTH


@dataclass(frozen=True)
class Replying:
    sid: str
    policy: Policy
    request: Request
    patient: str  # "Patient/id"
    author: Named
    words: str
    language: str
    now: datetime
    seal: Seal

    def steps(self, vocabulary: Vocabulary, *, with_task: bool) -> tuple[Step, ...]:
        """The words are a message in the thread. What was closed is opened again by new work: a
        queue that lists work alone would not show the words.
        """
        root = self.request.root
        routing = self.seal.sealed(self._routing(), self.sid, self.patient)
        message = new_message(
            vocabulary=vocabulary,
            identifier=self.sid,
            topic=(self.request.topic, self._topic_words()),
            subject_line=root.subject_line,
            patient=self.patient,
            sender=self.author,
            sent=self.now,
            words=self.words,
            root=root.thread,
            answer_to=self.request.messages[-1].reference,
            language=self.language,
            routing=routing,
        )
        steps = [step(message, vocabulary.message, self.sid, self.patient)]
        if with_task and self.request.is_closed:
            steps.append(self._work(vocabulary, routing))
        return tuple(steps)

    def _work(self, vocabulary: Vocabulary, routing: Routing) -> Step:
        root = self.request.root
        named = ((each.target, each.display) for each in root.about)
        work = new_task(
            vocabulary=vocabulary,
            identifier=self.sid,
            thread=root.identifier or root.id,
            topic=(self.request.topic, self._topic_words()),
            description=root.subject_line,
            patient=self.patient,
            requester=self.author,
            focus=root.thread,
            answers=None,
            about=[(target, name) for target, name in named if target],
            routing=routing,
            queue_words=in_locale(self.policy.queue(routing.queue).name, "en"),
            authored=self.now,
        )
        return step(work, vocabulary.task, self.sid, self.patient)

    def _topic_words(self) -> str:
        topic = self.policy.topics.get(self.request.topic)
        return in_locale(topic.words.title, "en") if topic else self.request.topic

    def _routing(self) -> Routing:
        """To who has it already, by the usual time of the topic."""
        before = self.request.routing
        queue = self.policy.queue(before.queue if before else "")
        topic = self.policy.topics.get(self.request.topic)
        others = next(iter(self.policy.topics.values())).unclassified.route.respond_within
        within = topic.respond_within if topic else others
        return Routing(
            queue=queue.code,
            priority="routine",
            due=self.policy.calendar.with_week(queue.week).due_after(self.now, within),
            rule=WROTE_AGAIN,
            reason=WROTE_AGAIN_REASON if self.request.is_closed else "The patient wrote again.",
            policy_version=self.policy.version,
            summary="",
        )

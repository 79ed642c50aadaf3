"""A refill request: what the rules decide about it, and what is written down for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Answers, Questionnaire
from smartapp.fhir.routing import Routing
from smartapp.words import in_locale
from smartapp.workflow.medicines import Offer
from smartapp.workflow.policy.facts import Facts
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.refills import order_facts
from smartapp.workflow.routing import Decision, decide
from smartapp.workflow.submission import FREE_TEXT as FREE_TEXT
from smartapp.workflow.submission import Asked, Named
from smartapp.workflow.summary import summary


@dataclass(frozen=True)
class RefillRequest:
    """One patient's answers about one order, at one moment."""

    policy: Policy
    topic: Topic
    offer: Offer
    patient: Patient
    person: Facts
    answers: Answers
    language: str
    now: datetime

    def decision(self) -> Decision:
        return decide(self.topic, self.answers, self._facts(), self.now, self.policy.calendar)

    def own_words(self) -> str:
        """What the patient wrote; empty where they only chose answers."""
        return free_text(self.topic.questionnaire, self.answers)

    def asked(self, sid: str, author: Named, words: str, recipients: tuple[str, ...]) -> Asked:
        order = self.offer.order
        decision = self.decision()
        return Asked(
            sid=sid,
            patient=f"Patient/{self.patient.id}",
            author=author,
            topic=(self.topic.code, in_locale(self.topic.words.title, "en")),
            subject_line=f"Refill: {order.name}" if order.name else "Refill",
            about=((order.reference, order.name),),
            words=words,
            questionnaire=self.topic.questionnaire,
            answers=self.answers,
            routing=self._routing(decision),
            queue_words=in_locale(self.policy.queue(decision.queue).name, "en"),
            recipients=recipients,
            language=self.language,
            at=self.now,
        )

    def _routing(self, decision: Decision) -> Routing:
        return Routing(
            queue=decision.queue,
            priority=decision.priority,
            due=decision.due,
            rule=decision.rule,
            reason=in_locale(decision.reason.staff, "en"),
            policy_version=decision.policy_version,
            summary=summary(self.topic, self.answers, "en"),
            red_flags=tuple(flag.name for flag in decision.red_flags),
        )

    def _facts(self) -> Facts:
        today = self.policy.calendar.local(self.now).date()
        return {**self.person, **order_facts(self.offer.facts, today)}


def free_text(questionnaire: Questionnaire, answers: Answers) -> str:
    texts = (
        answers.get(item.link_id, ())
        for item in questionnaire.all_items()
        if item.type == FREE_TEXT
    )
    return "\n\n".join(str(value) for values in texts for value in values)

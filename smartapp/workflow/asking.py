"""One patient's answers on one topic: what the rules decide, and what is written down for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Answers, Item, Questionnaire
from smartapp.fhir.task import SITE
from smartapp.words import in_locale
from smartapp.workflow.decided import travelling
from smartapp.workflow.forms import Fields
from smartapp.workflow.policy.facts import Facts, Known
from smartapp.workflow.policy.intake import SelfService
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.routing import Decision, decide, time_facts
from smartapp.workflow.subjects import Subject
from smartapp.workflow.submission import FREE_TEXT, Asked, Named

# Fields of the form that are no questions of the clinic's.
WRITER = "app-writer"
WRITER_NAME = "app-writer-name"
WRITER_RELATION = "app-writer-relation"
LONGEST_NAME = 80
FEE = "fee-notice-acknowledged"  # on record with the version of the policy that says the fee


@dataclass(frozen=True)
class Asking:
    policy: Policy
    topic: Topic
    subject: Subject | None
    patient: Patient
    person: Facts
    answers: Answers
    language: str
    now: datetime

    @property
    def facts(self) -> Facts:
        return {**self.person, **(self.subject.facts if self.subject else {})}

    def decision(self) -> Decision:
        return decide(self.topic, self.answers, self.facts, self.now, self.policy.calendar)

    def self_service(self) -> tuple[SelfService, ...]:
        """What may answer it at once, by what was answered."""
        known = Known(self.answers, {**self.facts, **time_facts(self.now, self.policy.calendar)})
        return tuple(each for each in self.topic.self_service if each.when.holds(known))

    def own_words(self) -> str:
        """What the patient wrote; empty where they only chose answers."""
        return free_text(self.topic.questionnaire, self.answers)

    def asked(self, sid: str, author: Named, words: str, recipients: tuple[str, ...] = ()) -> Asked:
        decision = self.decision()
        about = (self.subject.reference, self.subject.label) if self.subject else None
        return Asked(
            sid=sid,
            patient=f"Patient/{self.patient.id}",
            author=author,
            topic=(self.topic.code, in_locale(self.topic.words.title, "en")),
            subject_line=subject_line(self.topic, self.subject, "en"),
            about=(about,) if about else (),
            words=words,
            questionnaire=self.topic.questionnaire,
            answers=self.answers,
            routing=travelling(self.topic, self.answers, decision),
            queue_words=in_locale(self.policy.queue(decision.queue).name, "en"),
            recipients=recipients,
            language=self.language,
            at=self.now,
            notes=tuple(self._notes()),
        )

    def _notes(self) -> Iterator[Named]:
        """What else is on record: that the fee was read, and which place it is for."""
        if self.topic.fee:
            yield FEE, self.policy.version
        site = self.facts.get("site")
        if isinstance(site, str):
            yield SITE, site


def subject_line(topic: Topic, subject: Subject | None, locale: str) -> str:
    """How a request is called in lists: short, and with what it is about."""
    name = in_locale(topic.words.short, locale)
    return f"{name}: {subject.label}" if subject and subject.label else name


def free_text(questionnaire: Questionnaire, answers: Answers) -> str:
    texts = (
        answers.get(item.link_id, ())
        for item in questionnaire.all_items()
        if item.type == FREE_TEXT
    )
    return "\n\n".join(str(value) for values in texts for value in values)


def parts_of(topic: Topic) -> tuple[tuple[Item, ...], ...]:
    """The pages of the form: what may be dangerous is asked first, and alone."""
    questions = {flag.question for flag in topic.red_flags}

    def is_dangerous(item: Item) -> bool:
        return item.link_id in questions or any(map(is_dangerous, item.items))

    items = topic.questionnaire.items
    first = tuple(item for item in items if is_dangerous(item))
    rest = tuple(item for item in items if not is_dangerous(item))
    return tuple(part for part in (first, rest) if part)


def names_in(items: Sequence[Item]) -> frozenset[str]:
    below = (names_in(item.items) for item in items)
    return frozenset(item.link_id for item in items).union(*below)


def question_of(name: str) -> str:
    """A question may have more controls than one: the words beside "other", a unit."""
    return name.partition("~")[0]


def fingerprint(fields: Fields, words: str) -> str:
    """Of what the check page shows: what is sent must have been looked at."""
    shown = sorted((name, list(values)) for name, values in fields.items() if any(values))
    return hashlib.sha256(json.dumps([shown, words]).encode()).hexdigest()

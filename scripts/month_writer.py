"""One request of the sandbox's month, in the shapes in which the app itself would have left it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sandbox import month
from smartapp.fhir.change import Change, Kind
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Reference
from smartapp.fhir.message import coded, named, new_message
from smartapp.fhir.response import new_response
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import detail, new_task
from smartapp.words import in_locale
from smartapp.workflow.asking import free_text
from smartapp.workflow.decided import travelling
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.rating import REQUEST, SCORE, rating_form, rating_id
from smartapp.workflow.seal import Seal

Json = dict[str, Any]

# What a change leaves the work as: status, stage, and whether it has an owner then.
STATES = {
    "claimed": ("accepted", "with-nurse", True),
    "rerouted": ("requested", "received", False),
    "escalated": ("requested", "with-doctor", False),
    "asked-patient": ("on-hold", "waiting-for-patient", True),
    "wrote": ("in-progress", "with-nurse", True),
    "replied": ("in-progress", "with-nurse", True),
    "note": ("", "", True),
    "closed": ("completed", "closed", True),
    "reopened": ("accepted", "with-nurse", True),
}


@dataclass(frozen=True)
class _Whose:
    """Who asks, about what, and where each part of it will be."""

    patient: str
    author: tuple[str, str]
    language: str
    about: tuple[tuple[str, str], ...]
    subject_line: str
    response: str
    message: str

    @classmethod
    def of(cls, asked: month.Asked, topic: Topic) -> _Whose:
        person, writer = asked.person, asked.person.writer
        short, order = in_locale(topic.words.short, "en"), person.order
        is_refill = topic.about.required
        return cls(
            patient=f"Patient/{person.ref.id}",
            author=(f"{writer.kind}/{writer.id}", writer.display),
            language=_written(person),
            about=((f"{order.kind}/{order.id}", order.display),) if is_refill else (),
            subject_line=f"{short}: {order.display}" if is_refill else short,
            response=f"QuestionnaireResponse/{_id_of(asked.sid, 'QuestionnaireResponse')}",
            message=f"Communication/{_id_of(asked.sid, 'Communication')}",
        )


@dataclass(frozen=True)
class MonthWriter:
    policy: Policy
    vocabulary: Vocabulary
    seal: Seal

    def resources(self, asked: month.Asked) -> Iterator[Json]:
        """The answers, the words, the work; then each message of the thread, and the rating."""
        topic = self.policy.topics[asked.placed.topic]
        whose = _Whose.of(asked, topic)
        routing = travelling(topic, asked.placed.answers, asked.placed.decision)
        routing = self.seal.sealed(routing, asked.sid, whose.patient)
        yield _stored(self._answers(asked, topic, whose), whose.response, asked.at)
        yield _stored(self._words(asked, topic, whose, routing), whose.message, asked.at)
        if asked.has_task:
            task = self._worked(self._task(asked, topic, whose, routing), asked, topic, whose)
            yield _stored(task, f"Task/{_id_of(asked.sid, 'Task')}", asked.events[-1].at)
        yield from self._thread(asked, topic, whose)
        yield from self._rating(asked)

    # --- as the app writes it down ----------------------------------------------------------------

    def _answers(self, asked: month.Asked, topic: Topic, whose: _Whose) -> Json:
        return new_response(
            vocabulary=self.vocabulary,
            identifier=asked.sid,
            questionnaire=topic.questionnaire,
            answers=asked.placed.answers,
            patient=whose.patient,
            author=whose.author,
            authored=asked.at,
            language=whose.language,
        )

    def _words(self, asked: month.Asked, topic: Topic, whose: _Whose, routing: Routing) -> Json:
        subject = whose.about[0][1] if whose.about else ""
        plain = in_locale(topic.words.plain, whose.language).replace("{about}", subject)
        return new_message(
            vocabulary=self.vocabulary,
            identifier=asked.sid,
            topic=(topic.code, in_locale(topic.words.title, "en")),
            subject_line=whose.subject_line,
            patient=whose.patient,
            sender=whose.author,
            sent=asked.at,
            words=free_text(topic.questionnaire, asked.placed.answers) or plain,
            about=((whose.response, ""), *whose.about),
            priority=routing.priority,
            language=whose.language,
            routing=routing,
        )

    def _task(self, asked: month.Asked, topic: Topic, whose: _Whose, routing: Routing) -> Json:
        return new_task(
            vocabulary=self.vocabulary,
            identifier=asked.sid,
            thread=asked.sid,
            topic=(topic.code, in_locale(topic.words.title, "en")),
            description=whose.subject_line,
            patient=whose.patient,
            requester=whose.author,
            focus=whose.message,
            answers=whose.response,
            about=whose.about,
            routing=routing,
            queue_words=in_locale(self.policy.queue(routing.queue).name, "en"),
            authored=asked.at,
        )

    # --- what staff did ---------------------------------------------------------------------------

    def _worked(self, task: Json, asked: month.Asked, topic: Topic, whose: _Whose) -> Json:
        for event in asked.events:
            if event.what in STATES:
                self._change(task, event, topic, whose)
        return task

    def _change(self, task: Json, event: month.Event, topic: Topic, whose: _Whose) -> None:
        status, stage, is_owned = STATES[event.what]
        if status:
            task["status"] = status
            task["businessStatus"] = coded(self.vocabulary.stage, stage, stage)
        task["lastModified"] = event.at.isoformat(timespec="seconds")
        if event.what == "claimed":
            task["owner"] = named(event.by, event.name)
        if not is_owned:
            task.pop("owner", None)
        if event.was:
            queue = in_locale(self.policy.queue(event.queue).name, "en")
            task["performerType"] = [coded(self.vocabulary.queue, event.queue, queue)]
        if event.what == "closed":
            self._outcome(task, event, topic)
        if event.what in set(Kind):
            change = self.seal.signed(_change_of(event), event.request, whose.patient)
            written = change.as_extension(self.vocabulary.change)
            task["extension"] = [*task.get("extension", []), written]

    def _outcome(self, task: Json, event: month.Event, topic: Topic) -> None:
        outcome = topic.outcome(event.outcome)
        words = outcome.words["en"] if outcome else event.outcome
        concept = coded(self.vocabulary.outcome, event.outcome, words)
        task["output"] = [detail(self.vocabulary, "outcome", valueCodeableConcept=concept)]

    # --- what was said ----------------------------------------------------------------------------

    def _thread(self, asked: month.Asked, topic: Topic, whose: _Whose) -> Iterator[Json]:
        before = whose.message
        title = in_locale(topic.words.title, "en")
        for event in asked.events:
            if event.what not in ("replied", "asked-patient", "wrote"):
                continue
            identifier = str(uuid5(UUID(asked.sid), f"{event.what} {event.at.isoformat()}"))
            body = new_message(
                vocabulary=self.vocabulary,
                identifier=identifier,
                topic=(topic.code, title),
                subject_line=whose.subject_line,
                patient=whose.patient,
                sender=(event.by, event.name),
                sent=event.at,
                words=event.words,
                recipients=() if event.what == "wrote" else (whose.author[0],),
                root=whose.message,
                answer_to=before,
                language="en",
            )
            before = f"Communication/{identifier}"
            yield _stored(body, before, event.at)

    def _rating(self, asked: month.Asked) -> Iterator[Json]:
        for event in asked.events:
            if event.score is None:
                continue
            identifier = rating_id(asked.sid)
            body = new_response(
                vocabulary=self.vocabulary,
                identifier=identifier,
                questionnaire=rating_form(self.vocabulary),
                answers={SCORE: (str(event.score),), REQUEST: (asked.sid,)},
                patient=f"Patient/{asked.person.ref.id}",
                author=(event.by, event.name),
                authored=event.at,
                language=_written(asked.person),
            )
            yield _stored(body, f"QuestionnaireResponse/{identifier}", event.at)


def _change_of(event: month.Event) -> Change:
    moved = event.was, event.queue
    told = {"claimed": ("", event.by), "closed": ("", event.outcome)}
    before, after = moved if event.was else told.get(event.what, ("", ""))
    return Change(
        Kind(event.what),
        event.at,
        Reference(event.by, event.name),
        before,
        after,
        rule=event.rule,
        reason=event.reason,
        words=event.words if event.what == "note" else "",
        minutes=event.minutes,
    )


def _stored(body: Json, reference: str, at: datetime) -> Json:
    """As the EHR keeps it: with an id, and the time when it last changed."""
    changed = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    meta = {**body.get("meta", {}), "lastUpdated": changed}
    return {**body, "id": reference.partition("/")[2], "meta": meta}


def _id_of(sid: str, kind: str) -> str:
    return str(uuid5(UUID(sid), kind))


def _written(person: month.Person) -> str:
    """The languages that the app is there in."""
    return "es" if person.language == "es" else "en"

"""Writes a month at the clinic for the sandbox: what was asked for, and what staff did with it.

The story is the sandbox's (`sandbox/month/`). Here it gets the shapes that the app itself writes,
by the app's own rules, under the app's own seal: so the key is asked for. Two files come of it:
the resources, and the log of the truth that figures can be held against.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

from sandbox import month
from sandbox.people.dates import CLINIC_TIME, Days
from smartapp.config import secret_keys_of
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
from smartapp.workflow.policy.cases import Case, read_cases
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.rating import REQUEST, SCORE, rating_form, rating_id
from smartapp.workflow.routing import decide
from smartapp.workflow.seal import Seal

SEED = 2026
PEOPLE = 260
LENGTH = 31  # days
RESOURCES, TRUTH = "month.jsonl", "month-truth.jsonl"

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


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _options(arguments)
    policy = load_policy(chosen.policy)
    seal = Seal(secret_keys_of(os.environ))
    made = a_month(policy, chosen.policy, seal, end=chosen.end, seed=chosen.seed)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    _write(chosen.folder / RESOURCES, made.resources)
    _write(chosen.folder / TRUTH, made.story.lines())
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--policy", type=Path, default=Path("policy"), help="the clinic's rules")
    parser.add_argument("--folder", type=Path, required=True, help="where the two files go")
    parser.add_argument("--seed", type=int, default=SEED, help="another number, another month")
    parser.add_argument(
        "--end",
        type=datetime.fromisoformat,
        default=datetime.now(UTC),
        help="the last moment of it, as 2026-11-30T09:00-06:00; now if left out",
    )
    return parser.parse_args(arguments)


def _write(file: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Whole or not at all: half a month would look like a quiet one."""
    half = file.with_suffix(".part")
    with half.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    half.replace(file)


@dataclass(frozen=True)
class Month:
    story: month.Story
    resources: tuple[Json, ...]


def a_month(
    policy: Policy,
    folder: Path,
    seal: Seal,
    *,
    end: datetime,
    seed: int = SEED,
    people: int = PEOPLE,
    length: int = LENGTH,
    a_day: float = 23.0,
) -> Month:
    """The same arguments, the same month. `folder` is the policy's: its cases are what is asked."""
    dice = Random(seed)  # noqa: S311  (a story needs no cryptographic dice)
    end = end.astimezone(CLINIC_TIME).replace(microsecond=0)
    days = Days(end.date())
    known = month.population(dice, people)
    records = tuple(month.records(dice, known, days, length))
    story = month.tell(
        dice,
        known,
        _Rules(policy, _cases(policy, folder)).place,
        end=end,
        length=length,
        a_day=a_day,
        holidays=frozenset(policy.calendar.holidays),
    )
    writer = _Writer(policy, Vocabulary(policy.code_system), seal)
    written = (each for asked in story.requests for each in writer.resources(asked))
    return Month(story, (*records, *written))


def _cases(policy: Policy, folder: Path) -> Mapping[str, list[Case]]:
    """Requests as they come in, which the clinic keeps beside its rules."""
    found: dict[str, list[Case]] = {}
    for file in sorted((folder / "cases" / "mix").glob("*.toml")):
        for case in read_cases(policy, folder, str(file.relative_to(folder))):
            found.setdefault(case.topic.code, []).append(case)
    return found


@dataclass(frozen=True)
class _Rules:
    policy: Policy
    cases: Mapping[str, list[Case]]

    def place(self, dice: Random, code: str, at: datetime) -> month.Placed | None:
        topic, cases = self.policy.topics.get(code), self.cases.get(code)
        if topic is None or not cases:
            return None
        case = dice.choice(cases)
        decision = decide(topic, case.answers, case.facts, at, self.policy.calendar)
        return month.Placed(
            topic=code,
            answers=case.answers,
            queue=decision.queue,
            priority=str(decision.priority),
            due=decision.due,
            rule=decision.rule,
            outcomes=tuple(each.code for each in topic.outcomes) or ("done",),
            decision=decision,
        )


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
class _Writer:
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


if __name__ == "__main__":
    sys.exit(main())

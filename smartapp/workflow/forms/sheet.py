"""One person's copy of a form, as it is kept between two steps, and as it is handed in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.routing import Routing
from smartapp.fhir.serial import as_bytes
from smartapp.words import LocalText, in_locale
from smartapp.workflow.forms.beginning import Beginning, given_as_json, given_from_json
from smartapp.workflow.forms.files import as_answers
from smartapp.workflow.forms.finding import FoundForm
from smartapp.workflow.forms.naming import ROWS, WAS
from smartapp.workflow.forms.posted import Fields, Reading
from smartapp.workflow.forms.scores import score_of
from smartapp.workflow.forms.tree import FilledForm
from smartapp.workflow.forms.working_out import Known, work_out
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.routing import Decision, decide
from smartapp.workflow.submission import Asked, Named
from smartapp.workflow.uploads import Chosen

# What is kept beside the answers. A control's name never begins so.
GIVEN, CANONICAL, PREFILLED, REPLACES, FILES, LOST, SAID, CHANGED, TITLE = (
    "~given",
    "~canonical",
    "~prefilled",
    "~replaces",
    "~files",
    "~lost",  # files that were sent before and could not be taken over
    "~said",  # the answers in words, for when the form is not the same any more
    "~changed",  # the answers were given to another version
    "~title",  # of the form, for when it is not at hand
)
SUBMISSION = "submission"
OURS = (SUBMISSION, GIVEN, CANONICAL, PREFILLED, REPLACES, FILES, LOST, SAID, CHANGED, TITLE)


@dataclass(frozen=True)
class Sheet:
    found: FoundForm
    kept: Mapping[str, list[str]]
    now: datetime  # at the clinic
    context: Mapping[str, Any]
    zone_reading: Reading
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # of files, by id

    @property
    def sid(self) -> str:
        return self.kept[SUBMISSION][0]

    @property
    def fields(self) -> Fields:
        return {name: values for name, values in self.kept.items() if name not in OURS}

    @property
    def is_typed(self) -> bool:
        return is_typed(self.kept)

    @property
    def is_of_another_version(self) -> bool:
        begun = self.kept.get(CANONICAL, [""])[0]
        return bool(begun) and begun != self.found.plan.form.canonical

    @property
    def was_changed(self) -> bool:
        """The answers were taken over from another version of the form."""
        return CHANGED in self.kept

    @property
    def said(self) -> str:
        return next(iter(self.kept.get(SAID, ())), "")

    @property
    def replaces(self) -> str:
        return next(iter(self.kept.get(REPLACES, ())), "")

    @property
    def files(self) -> tuple[Chosen, ...]:
        """Those that still stand somewhere: with a row, all that was in it is taken away."""
        used = {value for values in self.fields.values() for value in values}
        chosen = (Chosen(**json.loads(each)) for each in self.kept.get(FILES, ()))
        return tuple(each for each in chosen if each.id in used)

    @property
    def lost(self) -> tuple[str, ...]:
        return tuple(self.kept.get(LOST, ()))

    def filled(self, *, with_files: bool = False) -> FilledForm:
        """`with_files`: their contents stand in the answers, as they do when they are sent."""
        kept = json.loads(next(iter(self.kept.get(GIVEN, ())), "[]"))
        given = given_from_json(self.found.plan, kept)
        uploads = as_answers(self.files, self.contents, whole=with_files)
        reading = replace(self.zone_reading, uploads=uploads)
        known = Known(reading, self.now, given, self.context)
        return work_out(self.found.plan, self.fields, known)

    def decision(self, filled: FilledForm, policy: Policy) -> Decision:
        return decide(self.found.topic, filled.answers(), {}, self.now, policy.calendar)


def with_file(kept: Mapping[str, Sequence[str]], name: str, file: Chosen) -> dict[str, list[str]]:
    """The draft with one file more among the answers to the question of this name."""
    after = {each: list(values) for each, values in kept.items()}
    after[FILES] = [*after.get(FILES, []), json.dumps(asdict(file))]
    after[name] = [*after.get(name, []), file.id]
    after.pop(LOST, None)
    return after


def without_file(kept: Mapping[str, Sequence[str]], name: str, file: str) -> dict[str, list[str]]:
    after = {each: list(values) for each, values in kept.items()}
    after[FILES] = [each for each in after.get(FILES, []) if json.loads(each)["id"] != file]
    after[name] = [each for each in after.get(name, []) if each != file]
    return after


def begun(found: FoundForm, beginning: Beginning, sid: str, **more: str) -> dict[str, list[str]]:
    """What is kept of a form from its start."""
    given = as_bytes({"given": given_as_json(found.plan, beginning.given)})
    return {
        **{name: list(values) for name, values in beginning.fields.items()},
        SUBMISSION: [sid],
        CANONICAL: [found.plan.form.canonical],
        TITLE: [json.dumps(dict(found.plan.form.title))],
        PREFILLED: sorted(beginning.prefilled),
        GIVEN: [json.dumps(json.loads(given)["given"])],
        **{name: [value] for name, value in more.items() if value},
    }


def scores_in(filled: FilledForm) -> str:
    """For staff: totals with the band that they fall in. An incomplete one is said to be so."""
    said = []
    for key, slot in filled.slots.items():
        score = score_of(slot.item)
        if score is None or key not in filled.asked:
            continue
        total = score.total(filled)
        if total is None:
            said.append(f"{score.name}: incomplete, no total")
        else:
            said.append(f"{score.name}: {total:f}, {score.band(total)}".rstrip(", "))
    return "; ".join(said)


def asked(
    sheet: Sheet,
    filled: FilledForm,
    *,
    policy: Policy,
    patient: Patient,
    author: Named,
    words: str,
    language: str,
) -> Asked:
    topic = sheet.found.topic
    decision = sheet.decision(filled, policy)
    title = sheet.found.plan.form.title["en"] or "Form"
    return Asked(
        sid=sheet.sid,
        patient=f"Patient/{patient.id}",
        author=author,
        topic=(topic.code, title),
        subject_line=f"Form: {title}",
        about=((sheet.replaces, "the answers that this replaces"),) if sheet.replaces else (),
        words=words,
        questionnaire=sheet.found.plan.form,
        answers=_said_by_the_patient(filled),
        routing=Routing(
            queue=decision.queue,
            priority=decision.priority,
            due=decision.due,
            rule=decision.rule,
            reason=in_locale(decision.reason.staff, "en"),
            policy_version=decision.policy_version,
            summary=scores_in(filled),
            red_flags=tuple(flag.name for flag in decision.red_flags),
        ),
        queue_words=in_locale(policy.queue(decision.queue).name, "en"),
        recipients=(),
        language=language,
        at=sheet.now,
        response_items=filled.response_items(),
    )


def _said_by_the_patient(filled: FilledForm) -> Answers:
    """For the message of an EHR that takes no forms. It stays before the patient's eyes, so what
    was hidden from them, and totals, are not in it.
    """
    kept_back = {
        link
        for link, item in filled.plan.items.items()
        if item.hidden or score_of(item) is not None
    }
    return {link: got for link, got in filled.answers().items() if link not in kept_back}


def title_in(kept: Mapping[str, list[str]]) -> LocalText:
    title: LocalText = json.loads(next(iter(kept.get(TITLE, ())), '{"en": ""}'))
    return title


def is_typed(kept: Mapping[str, list[str]]) -> bool:
    """Something of it is a person's own, and not only what the form started with."""
    ours = {*OURS, *kept.get(PREFILLED, ())}
    return any(
        any(text.strip() for text in values)
        for name, values in kept.items()
        if name not in ours and not name.endswith((ROWS, WAS))
    )

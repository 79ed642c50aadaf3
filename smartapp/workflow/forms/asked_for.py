"""What the clinic wants filled in: Tasks and CarePlans that name a form, and Tasks ticked off."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartapp.errors import MalformedAnswer, SmartappError
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.haul import Found
from smartapp.workflow.forms.answered import AnsweredForm

# Two guides say how far a patient is, each in words of its own: SDC has requested, received and
# accepted before in-progress, Gravity has ready, and lets a patient pause (on-hold).
NOT_BEGUN = ("requested", "received", "accepted", "ready")
TO_DO = (*NOT_BEGUN, "in-progress", "on-hold")
DETAIL = "http://hl7.org/fhir/uv/sdc/CodeSystem/temp"
FORM, ANSWERS = "questionnaire", "questionnaire-response"


@dataclass(frozen=True)
class AskedFor:
    """A form that somebody at the clinic wants filled in."""

    canonical: str
    title: str
    due: FhirDate | None
    source: str  # the Task or CarePlan that says so
    since: FhirDate | None = None
    owner: str = ""  # whom it is left to, where it says so

    @property
    def url(self) -> str:
        return self.canonical.partition("|")[0]

    def is_answered_by(self, sent: Iterable[AnsweredForm]) -> bool:
        """By a response since it was asked for; what has no date was asked for before all."""
        answers = [e for e in sent if e.is_sent and e.questionnaire.partition("|")[0] == self.url]
        if self.since is None:
            return bool(answers)
        return any(e.authored and e.authored.latest >= self.since.earliest for e in answers)


def asked_in_tasks(tasks: Found | SmartappError, patient: str) -> Iterator[AskedFor]:
    """A Task for the patient to do, that names a form: by its input, or by what it focuses on."""
    for json in () if isinstance(tasks, SmartappError) else tasks.matches:
        asked = _asked_in(json, patient)
        if asked is not None:
            yield asked


def _asked_in(json: Json, patient: str) -> AskedFor | None:
    """None for what cannot be read: it asks for nothing."""
    try:
        task = Element.resource(json, "Task")
        owner = task.reference("owner")
        theirs = owner is None or owner.target == patient or owner.kind == "RelatedPerson"
        if task.text("status") not in TO_DO or not theirs or task.has_unknown_modifier():
            return None
        canonical = _form_in(task)
        if not canonical:
            return None
        return AskedFor(
            canonical,
            task.text("description") or "",
            _due(task),
            f"Task/{task.required_text('id')}",
            task.date("authoredOn"),
            (owner.target or "") if owner else "",
        )
    except MalformedAnswer:
        return None


def _form_in(task: Element) -> str:
    for each in task.children("input"):
        concept = each.concept("type")
        is_named = concept is not None and any(c.code == FORM for c in concept.codings)
        canonical = each.text("valueCanonical") or each.text("valueUri")
        if canonical and (is_named or "Questionnaire" in canonical):
            return canonical
        pointer = each.reference("valueReference")
        if pointer and pointer.kind == "Questionnaire":
            return pointer.raw
    focus = task.reference("focus")
    return focus.raw if focus and focus.kind == "Questionnaire" else ""


def _due(task: Element) -> FhirDate | None:
    restriction = task.child("restriction")
    for holder, name in ((restriction, "period"), (task, "executionPeriod")):
        period = holder.child(name) if holder else None
        if period is not None and (end := period.date("end")):
            return end
    return None


def asked_in_plans(plans: Found | SmartappError) -> Iterator[AskedFor]:
    """Where an EHR lists forms that are due as activities of a CarePlan."""
    for json in () if isinstance(plans, SmartappError) else plans.matches:
        try:
            yield from _asked_in_plan(Element.resource(json, "CarePlan"))
        except MalformedAnswer:
            continue  # what cannot be read asks for nothing


def _asked_in_plan(plan: Element) -> Iterator[AskedFor]:
    if plan.text("status") != "active" or plan.has_unknown_modifier():
        return
    for activity in plan.children("activity"):
        detail = activity.child("detail")
        if detail is None or detail.text("status") in {"completed", "cancelled", "stopped"}:
            continue
        period = detail.child("scheduledPeriod")
        for canonical in detail.texts("instantiatesCanonical"):
            if "Questionnaire/" in canonical:
                yield AskedFor(
                    canonical,
                    detail.text("description") or "",
                    period.date("end") if period else None,
                    f"CarePlan/{plan.text('id')}",
                    plan.date("created"),
                )


# --- ticked off -----------------------------------------------------------------------------------


def asking_for(url: str, tasks: Found, patient: str, owners: frozenset[str]) -> tuple[Json, ...]:
    """The Tasks that ask one of these people for this form; "" is nobody by name."""
    found = ((json, _asked_in(json, patient)) for json in tasks.matches)
    return tuple(
        json
        for json, asked in found
        if asked is not None and asked.url == url and asked.owner in owners
    )


def with_answers(task: Json, response: str, *, finished: bool, now: datetime) -> dict[str, Any]:
    """The Task with the response as what came of it: a draft while somebody is at it, so that it
    can be gone on with from there, and then what was sent.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(task))
    changed["status"] = "completed" if finished else "in-progress"
    changed["lastModified"] = now.isoformat(timespec="seconds")
    others = [each for each in changed.get("output", []) if not _is_answers(each)]
    coding = {"system": DETAIL, "code": ANSWERS}
    made = {"type": {"coding": [coding]}, "valueReference": {"reference": response}}
    outputs = [*others, made] if response else changed.get("output", [])
    if outputs:
        changed["output"] = outputs
    return changed


def _is_answers(output: Json) -> bool:
    concept = Element(output, "Task.output").concept("type")
    return concept is not None and any(each.code == ANSWERS for each in concept.codings)

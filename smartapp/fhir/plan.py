"""Care plans and goals: what was agreed, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.plain import tidy

CURRENT = {"active", "on-hold", "unknown"}
ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"


@dataclass(frozen=True)
class Step:
    what: str
    status: str
    planned: FhirDate | None


@dataclass(frozen=True)
class CarePlan:
    id: str
    status: str
    title: str
    language: str
    narrative: str  # as the EHR wrote it: to be cleaned before anybody sees it
    since: FhirDate | None
    until: FhirDate | None
    by: str
    steps: tuple[Step, ...]
    goals: tuple[str, ...]  # "Goal/id"

    @classmethod
    def from_fhir(cls, json: Json) -> CarePlan | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        plan = Element.resource(json, "CarePlan")
        status = plan.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if plan.has_unknown_modifier():
            raise plan.wrong("modifierExtension", "not understood")
        period, author, text = plan.child("period"), plan.reference("author"), plan.child("text")
        categories = (each.label for each in plan.concepts("category"))
        stated = (plan.text("title") or "", plan.text("description") or "", *categories)
        return cls(
            id=plan.required_text("id"),
            status=status,
            title=next((line for each in stated if (line := tidy(each, 200))), ""),
            language=plan.text("language") or "",
            narrative=(text.text("div") or "") if text else "",
            since=period.date("start") if period else None,
            until=period.date("end") if period else None,
            by=author.display if author else "",
            steps=tuple(_steps(plan)),
            goals=tuple(each.target for each in plan.references("goal") if each.target),
        )

    @property
    def reference(self) -> str:
        return f"CarePlan/{self.id}"

    @property
    def is_current(self) -> bool:
        return self.status in CURRENT


@dataclass(frozen=True)
class Goal:
    id: str
    status: str
    achievement: str
    what: str
    since: FhirDate | None
    due: FhirDate | None
    by: str

    @classmethod
    def from_fhir(cls, json: Json) -> Goal | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        goal = Element.resource(json, "Goal")
        status = goal.text("lifecycleStatus") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if goal.has_unknown_modifier():
            raise goal.wrong("modifierExtension", "not understood")
        what, achieved, by = (
            goal.concept("description"), goal.concept("achievementStatus"),
            goal.reference("expressedBy"),
        )  # fmt: skip
        dues = (each.date("dueDate") for each in goal.children("target"))
        return cls(
            id=goal.required_text("id"),
            status=status,
            achievement=(achieved.code(ACHIEVEMENT) or "") if achieved else "",
            what=what.label if what else "",
            since=goal.date("startDate"),
            due=next((each for each in dues if each), None),
            by=by.display if by else "",
        )

    @property
    def is_current(self) -> bool:
        return self.status in {"active", "accepted", "planned", "proposed", "on-hold", "unknown"}

    @property
    def is_reached(self) -> bool:
        return self.achievement == "achieved" or self.status == "completed"


def _steps(plan: Element) -> list[Step]:
    found = []
    for each in plan.children("activity"):
        detail, reference = each.child("detail"), each.reference("reference")
        if detail is not None:
            code = detail.concept("code")
            what = tidy(detail.text("description") or "", 300) or (code.label if code else "")
            if detail.boolean("doNotPerform"):
                continue  # what not to do is no step, and nothing that a box can be ticked for
            found.append(Step(what, detail.text("status") or "unknown", _planned(detail)))
        elif reference is not None and reference.display:
            found.append(Step(reference.display, "unknown", None))
    return [each for each in found if each.what]


def _planned(detail: Element) -> FhirDate | None:
    period = detail.child("scheduledPeriod")
    return period.date("start") if period else None

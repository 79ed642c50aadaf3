"""Which forms there are for a patient: what they were asked to fill in, and what anyone may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from smartapp.errors import MalformedAnswer, NotFound, SmartappError
from smartapp.fhir.client import FhirClient, Found
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.questionnaire import Option
from smartapp.fhir.questionnaire.reading import options_of_value_set
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.fitness import Unfit, prepared
from smartapp.workflow.forms.plan import FormRefused, Plan
from smartapp.workflow.gate import Gate
from smartapp.workflow.policy.clinic_forms import ClinicForms
from smartapp.workflow.policy.model import Topic

TO_DO = ("requested", "received", "accepted", "ready", "in-progress")


@dataclass(frozen=True)
class AskedFor:
    """A form that somebody at the clinic wants filled in."""

    canonical: str
    title: str
    due: str  # as the EHR writes it
    source: str  # the Task or CarePlan that says so
    since: FhirDate | None = None

    @property
    def url(self) -> str:
        return self.canonical.partition("|")[0]

    def is_answered_by(self, sent: Iterable[AnsweredForm]) -> bool:
        """By a response since it was asked for; what has no date was asked for before all."""
        answers = [e for e in sent if e.is_sent and e.questionnaire.partition("|")[0] == self.url]
        if self.since is None:
            return bool(answers)
        return any(e.authored and e.authored.latest >= self.since.earliest for e in answers)


@dataclass(frozen=True)
class FoundForm:
    plan: Plan
    topic: Topic


def asked_in_tasks(tasks: Found | SmartappError, patient: str) -> Iterator[AskedFor]:
    """A Task for the patient to do, that names a form: by its input, or by what it focuses on."""
    for json in () if isinstance(tasks, SmartappError) else tasks.matches:
        try:
            task = Element.resource(json, "Task")
            owner = task.reference("owner")
            theirs = owner is None or owner.target == patient or owner.kind == "RelatedPerson"
            if task.text("status") not in TO_DO or not theirs or task.has_unknown_modifier():
                continue
            canonical = _form_in(task)
            if canonical:
                restriction = task.child("restriction")
                period = restriction.child("period") if restriction else None
                end = period.text("end") if period else None
                yield AskedFor(
                    canonical,
                    task.text("description") or "",
                    end or "",
                    f"Task/{task.text('id')}",
                    task.date("authoredOn"),
                )
        except MalformedAnswer:
            continue  # what cannot be read asks for nothing


def _form_in(task: Element) -> str:
    for each in task.children("input"):
        canonical = each.text("valueCanonical") or each.text("valueUri")
        if canonical and "Questionnaire" in canonical:
            return canonical
        pointer = each.reference("valueReference")
        if pointer and pointer.kind == "Questionnaire":
            return pointer.raw
    focus = task.reference("focus")
    return focus.raw if focus and focus.kind == "Questionnaire" else ""


def asked_in_plans(plans: Found | SmartappError) -> Iterator[AskedFor]:
    """Where an EHR lists forms that are due as activities of a CarePlan."""
    for json in () if isinstance(plans, SmartappError) else plans.matches:
        try:
            plan = Element.resource(json, "CarePlan")
            if plan.text("status") != "active" or plan.has_unknown_modifier():
                continue
            for activity in plan.children("activity"):
                detail = activity.child("detail")
                if detail is None or detail.text("status") in {"completed", "cancelled", "stopped"}:
                    continue
                for canonical in detail.texts("instantiatesCanonical"):
                    if "Questionnaire/" in canonical:
                        yield AskedFor(
                            canonical,
                            detail.text("description") or "",
                            "",
                            f"CarePlan/{plan.text('id')}",
                            plan.date("created"),
                        )
        except MalformedAnswer:
            continue


def find_form(
    canonical: str, clinic: ClinicForms, client: FhirClient, gate: Gate, now: datetime
) -> FoundForm:
    """The clinic's own first, since it was checked at the start; else what the EHR has.

    Raises FormRefused for what cannot be filled in here.
    """
    own = clinic.by_canonical(canonical)
    if own is not None:
        return FoundForm(own.plan, own.topic)
    json = _from_ehr(canonical, client, gate)
    if json is None:
        raise FormRefused("not-found", canonical)
    try:
        plan = prepared(json, now=now)
    except FormRefused as refused:
        if refused.reason != Unfit.NO_OPTIONS:
            raise
        plan = prepared(json, now=now, value_sets=_value_sets(json, client))
    return FoundForm(plan, clinic.other)


def _from_ehr(canonical: str, client: FhirClient, gate: Gate) -> Json | None:
    url, _, version = canonical.partition("|")
    if gate.may("Questionnaire", "search-type") and "://" in url:
        parameters = [("url", url), *([("version", version)] if version else [])]
        found = client.search("Questionnaire", parameters, most=5)
        for each in found.matches:
            if each.get("url") == url and (not version or each.get("version") == version):
                return each
    tail = url.rpartition("Questionnaire/")[2]
    if not gate.may("Questionnaire", "read") or not tail or "/" in tail:
        return None
    try:
        json = client.read(f"Questionnaire/{tail}")
    except NotFound:
        return None
    if "://" in url and json.get("url") != url:
        return None
    if version and json.get("version") != version:
        return None
    # A form that has no address of its own is named by where it was found.
    return json if json.get("url") else {**json, "url": f"Questionnaire/{tail}"}


def _value_sets(json: Json, client: FhirClient) -> Mapping[str, tuple[Option, ...]]:
    """The options of sets that stand elsewhere, as far as the EHR expands them."""
    found: dict[str, tuple[Option, ...]] = {}
    for url in list(dict.fromkeys(_named_sets(Element(json, "Questionnaire"))))[:20]:
        if url.startswith("#"):
            continue
        try:
            found[url] = options_of_value_set(client.expand(url))
        except (SmartappError, MalformedAnswer):
            continue  # the question has no answers to offer then, and the form says so
    return {url: options for url, options in found.items() if options}


def _named_sets(element: Element) -> Iterator[str]:
    for item in element.children("item"):
        url = item.text("answerValueSet")
        if url:
            yield url
        yield from _named_sets(item)

"""All that is known of a patient's forms: asked for, begun, sent, and on their way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf

from smartapp.errors import SmartappError
from smartapp.fhir.haul import Found
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section, section_of
from smartapp.pages.forms import Begun, url_of
from smartapp.views import record
from smartapp.views.form_drafts import DRAFT
from smartapp.views.form_sheets import draft_name
from smartapp.views.here import Here
from smartapp.views.reading import sure_of_patient
from smartapp.words import in_locale
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.asked_for import AskedFor, asked_in_plans, asked_in_tasks
from smartapp.workflow.forms.first_visit import FirstVisit, first_visit_of
from smartapp.workflow.forms.sheet import CANONICAL, is_typed, title_in
from smartapp.workflow.loading import Loader, as_found
from smartapp.workflow.policy.clinic_forms import ClinicForms
from smartapp.workflow.policy.disclosure import TeenRule


@dataclass(frozen=True)
class MyForms:
    patient: Patient
    asked: tuple[AskedFor, ...]
    asked_known: bool
    begun: tuple[Begun, ...]
    sent: Section[AnsweredForm]
    on_the_way: Mapping[str, float]  # when each was handed in, by the address of the form
    still_open: frozenset[str]  # those that were sent, and whose Task does not know it yet
    rule: TeenRule | None

    def first_visit(self, clinic: ClinicForms) -> FirstVisit:
        return first_visit_of(
            clinic,
            begun={url_of(each.canonical): (each.canonical, each.until) for each in self.begun},
            on_the_way=self.on_the_way,
            sent=self.sent.items,
            known=self.sent.whole and not self.sent.failed,
        )


def my_forms(here: Here) -> MyForms:
    """Put on record before it is given back."""
    loader = here.loader()
    got = loader.all_of(
        patient=loader.patient,
        tasks=loader.tasks,
        plans=lambda: _plans(loader),
        responses=lambda: _responses(loader),
    )
    patient = sure_of_patient(got["patient"])
    tasks, plans = as_found(got["tasks"]), as_found(got["plans"])
    answered = _newest_first(section_of(as_found(got["responses"]), AnsweredForm.from_fhir))
    rule = here.teen_rule
    sent = _for_reader(here, answered, rule)
    listed = [*asked_in_tasks(tasks, f"Patient/{patient.id}"), *asked_in_plans(plans)]
    on_the_way = _on_the_way(here)
    asked = _open(_left_to_reader(here, listed, rule), on_the_way, answered)
    record.viewed(here, patient.id, QuestionnaireResponse=len(sent.items), Task=len(asked))
    return MyForms(
        patient=patient,
        asked=asked,
        asked_known=not isinstance(tasks, SmartappError) and not isinstance(plans, SmartappError),
        begun=_begun(here, sent),
        sent=sent,
        on_the_way=on_the_way,
        still_open=frozenset(e.url for e in listed if e.is_answered_by(answered.items)),
        rule=rule,
    )


def _plans(loader: Loader) -> Found:
    """Some EHRs list forms that are due in a CarePlan; where there are none, none are missing."""
    if not loader.gate.may("CarePlan", "search-type"):
        return Found(())
    return loader.search("CarePlan", ("status", "active"))


def _responses(loader: Loader) -> Found:
    if not loader.gate.may("QuestionnaireResponse", "search-type"):
        return Found(())
    return loader.search("QuestionnaireResponse", fresh=True)


def _for_reader(
    here: Here, answered: Section[AnsweredForm], rule: TeenRule | None
) -> Section[AnsweredForm]:
    """Who acts for a teenager sees the forms that they filled in themselves, and no others."""
    if rule is None:
        return answered
    mine = tuple(each for each in answered.items if each.is_by(here.fhir_user))
    return replace(answered, items=mine)


def _left_to_reader(here: Here, listed: list[AskedFor], rule: TeenRule | None) -> list[AskedFor]:
    """Of forms that are kept from who acts for a teenager, only what was left to them by name: that
    she is to fill one in tells enough.
    """
    if rule is None:
        return listed
    forms = here.services.policy.forms.forms
    hidden = (form for form in forms.values() if form.topic.code in rule.hidden_topics)
    private = {url_of(each.canonical) for each in hidden}
    return [each for each in listed if each.url not in private or each.owner == here.fhir_user]


def _newest_first(sent: Section[AnsweredForm]) -> Section[AnsweredForm]:
    def when(each: AnsweredForm) -> float:
        return each.authored.earliest.timestamp() if each.authored else 0.0

    ordered = tuple(sorted(sent.items, key=when, reverse=True))
    return Section(ordered, sent.whole, sent.failure)


def _on_the_way(here: Here) -> Mapping[str, float]:
    """Also what has arrived a moment ago: the EHR may not find it yet."""
    prefix = draft_name("")
    mine = sorted(here.services.outbox.of(here.active.person), key=lambda each: each.created_at)
    return {
        each.form.removeprefix(prefix): inf if not each.is_finished else each.created_at
        for each in mine
        if each.form.startswith(prefix)
    }


def _open(
    asked: list[AskedFor], on_the_way: Mapping[str, float], sent: Section[AnsweredForm]
) -> tuple[AskedFor, ...]:
    """Each form once, however often it is asked for; without those that are on their way, or were
    sent since they were asked for: not every EHR lets a patient close a Task.
    """
    known: dict[str, AskedFor] = {}
    for each in asked:
        since = each.since.earliest.timestamp() if each.since else -inf
        is_handed_in = on_the_way.get(each.url, -inf) >= since and each.url in on_the_way
        if not is_handed_in and not each.is_answered_by(sent.items):
            known.setdefault(each.url, each)
    return tuple(known.values())


def _begun(here: Here, sent: Section[AnsweredForm]) -> tuple[Begun, ...]:
    found: dict[str, Begun] = {}
    drafts, person = here.services.drafts, here.active.person
    for form in drafts.forms(person):
        draft = drafts.find(person, form) if form.startswith("form:") else None
        if draft is None:
            continue
        sid = draft.fields.get("submission", [""])[0]
        if here.services.outbox.find(sid, person) is None and is_typed(draft.fields):
            end = here.words.date_time(datetime.fromtimestamp(draft.ends_at, UTC))
            url = form.removeprefix("form:")
            title = in_locale(title_in(draft.fields), here.words.locale)
            found[url] = Begun(draft.fields.get(CANONICAL, [url])[0], end, title)
    finished = {value for each in sent.items if not each.is_draft for value in each.identifiers}
    for each in sent.items:
        if not each.is_by(here.fhir_user):
            continue
        ours = [v.removeprefix(DRAFT) for v in each.identifiers if v.startswith(DRAFT)]
        if each.is_draft and ours and not finished.intersection(ours):
            url = each.questionnaire.partition("|")[0]
            found.setdefault(url, Begun(each.questionnaire, "", each.title))
    return tuple(found.values())

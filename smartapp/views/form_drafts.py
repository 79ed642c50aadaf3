"""Drafts of forms in the EHR itself, where it declares and grants that they can be written there.

The draft that counts while somebody types is the app's own. That in the EHR is a copy: it can be
gone on with after the app's own has ended.
"""

from __future__ import annotations

import json
from contextlib import suppress
from uuid import UUID

from smartapp.errors import SmartappError
from smartapp.fhir.element import Element, Json
from smartapp.fhir.response import new_response
from smartapp.fhir.task import etag_of
from smartapp.pages.form import plain_words
from smartapp.views import record
from smartapp.views.form_sheets import Desk, new_desk
from smartapp.views.here import Here
from smartapp.views.sending import author
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.beginning import read_back
from smartapp.workflow.forms.sheet import CANONICAL, SAID, SUBMISSION

DRAFT = "draft-"  # before the id of the submission that it may become
NEEDED = ("create", "update", "search-type")


def may_keep(here: Here) -> bool:
    return all(here.gate.may("QuestionnaireResponse", each) for each in NEEDED)


def keep_in_ehr(desk: Desk) -> str:
    """One open draft for each form and patient, and where it is. Where this fails, the app's own
    is still there.
    """
    here = desk.here
    if not may_keep(here) or not desk.sheet.is_typed:
        return ""
    filled = desk.sheet.filled(with_files=True)
    body = new_response(
        vocabulary=here.services.vocabulary,
        identifier=f"{DRAFT}{desk.sheet.sid}",
        questionnaire=filled.plan.form,
        answers={},
        patient=f"Patient/{desk.patient.id}",
        author=author(here, desk.patient),
        authored=here.now,
        language=here.words.locale,
        items=filled.response_items(all_of_them=True),
        status="in-progress",
    )
    record.draft_kept(here, desk.patient.id, desk.sheet.sid)
    try:
        stored = draft_in_ehr(here, filled.plan.form.url)
        client = here.client()
        if stored is None:
            once = (here.services.vocabulary.response, f"{DRAFT}{desk.sheet.sid}")
            declared = here.gate.capability.creates_once("QuestionnaireResponse")
            return client.create(body, once=once if declared else None).reference or ""
        etag = etag_of(stored)
        if etag is None:
            return ""
        again = {**body, "id": stored["id"], "identifier": stored["identifier"]}
        return client.update(again, etag).reference or ""
    except SmartappError:
        return ""


def gone_on_with(desk: Desk) -> Desk | None:
    """What the clinic still has of it, where the app has nothing any more."""
    if not may_keep(desk.here):
        return None
    plan = desk.sheet.found.plan
    try:
        stored = draft_in_ehr(desk.here, plan.form.url)
        if stored is None:
            return None
        before = read_back(plan, stored, desk.here.services.policy.calendar.zone)
    except SmartappError:
        return None
    begun = new_desk(desk, before)
    version = str(stored.get("questionnaire") or "")
    words = desk.here.words
    lines = AnsweredForm.from_fhir(stored)
    said = [
        (each.text, ", ".join(plain_words(words, value) for value in each.values))
        for each in (lines.lines if lines else ())
        if not each.heading
    ]
    kept = {
        **begun.sheet.kept,
        CANONICAL: [version],
        SUBMISSION: [_sid_of(stored)],
        SAID: [json.dumps(said)],
    }
    return begun.keep_all(kept)


def close_in_ehr(here: Here, sid: str) -> None:
    """The form was sent: nobody goes on with its draft. Where this fails, the list still knows."""
    if not may_keep(here):
        return
    with suppress(SmartappError):
        for stored in _drafts(here):
            etag = etag_of(stored)
            if _sid_of(stored) == sid and etag is not None:
                here.client().update({**stored, "status": "stopped"}, etag)


def draft_in_ehr(here: Here, url: str) -> Json | None:
    """The newest one of ours for this form that is still open."""
    mine = [
        each
        for each in _drafts(here)
        if str(each.get("questionnaire", "")).partition("|")[0] == url
        and here.services.outbox.find(_sid_of(each), here.active.person) is None
    ]
    return max(mine, key=lambda each: str(each.get("authored", "")), default=None)


def _drafts(here: Here) -> list[Json]:
    """A draft is its author's alone: a parent does not go on with what a child has begun."""
    found = here.loader().search("QuestionnaireResponse", ("status", "in-progress"), fresh=True)
    return [
        each
        for each in found.matches
        if each.get("status") == "in-progress" and _sid_of(each, here) and _is_mine(each, here)
    ]


def _is_mine(response: Json, here: Here) -> bool:
    author = Element(response, "QuestionnaireResponse").reference("author")
    return author is not None and author.target == here.fhir_user


def _sid_of(response: Json, here: Here | None = None) -> str:
    """The submission that a draft of ours belongs to; empty for what is not ours."""
    identifier = response.get("identifier")
    if not isinstance(identifier, dict):
        return ""
    if here is not None and identifier.get("system") != here.services.vocabulary.response:
        return ""
    value = str(identifier.get("value", ""))
    return (
        value.removeprefix(DRAFT)
        if value.startswith(DRAFT) and is_uuid(value[len(DRAFT) :])
        else ""
    )


def is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

"""The copy of a form that this person works on: found, begun, kept, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from flask import g

from smartapp.errors import NotOffered, SmartappError
from smartapp.fhir.element import Json
from smartapp.fhir.people import Patient
from smartapp.fhir.questionnaire import Attachment
from smartapp.pages.form.said import said_so_far
from smartapp.pages.form.shelf import Shelf
from smartapp.sessions.drafts import Draft
from smartapp.sessions.submission import SubmissionState
from smartapp.views.here import Here
from smartapp.workflow.answer_files import content_of
from smartapp.workflow.forms import Reading
from smartapp.workflow.forms.beginning import Beginning, begin
from smartapp.workflow.forms.files import KEPT_SECONDS, wrong_with
from smartapp.workflow.forms.finding import FoundForm, find_form
from smartapp.workflow.forms.plan import FormRefused
from smartapp.workflow.forms.queries import as_bundle, queries_of
from smartapp.workflow.forms.sheet import (
    CANONICAL,
    CHANGED,
    LOST,
    OURS,
    SAID,
    SUBMISSION,
    Sheet,
    begun,
    with_file,
    without_file,
)
from smartapp.workflow.forms.steps import Kept
from smartapp.workflow.forms.tree import Slot
from smartapp.workflow.forms.working_out import Known
from smartapp.workflow.uploads import Chosen, Refused, Upload, taken_in


@dataclass(frozen=True)
class Desk:
    """A form on the table in front of somebody, and whose record it belongs to."""

    here: Here
    patient: Patient
    sheet: Sheet
    ends_at: float = 0.0

    @property
    def form(self) -> str:
        return draft_name(self.sheet.found.plan.form.url)

    @property
    def url(self) -> str:
        return self.sheet.found.plan.form.url

    @property
    def is_begun(self) -> bool:
        return SUBMISSION in self.sheet.kept

    @property
    def saved_until(self) -> str:
        end = datetime.fromtimestamp(self.ends_at, UTC)
        return self.here.words.date_time(end) if self.sheet.is_typed else ""

    def as_kept_now(self) -> Desk:
        """What another window has kept since this one was opened is there, too."""
        draft = self.here.services.drafts.find(self.here.active.person, self.form)
        return self if draft is None else _taken_up(self, draft)

    def keep(self, fields: Kept) -> Desk:
        own = {name: self.sheet.kept[name] for name in OURS if name in self.sheet.kept}
        sheet = self.sheet
        if not sheet.is_of_another_version:
            said = said_so_far(self.here.words, sheet.found.plan, fields, sheet.files)
            own[SAID] = [said]
        return self.keep_all({**fields, **own})

    def taken_over(self) -> Desk:
        """The answers stay where their questions are still there."""
        own = {CANONICAL: [self.sheet.found.plan.form.canonical], CHANGED: ["1"]}
        return self.keep_all({**self.sheet.kept, **own})

    def slot(self, name: str) -> Slot | None:
        """The place of the form that has this name on its page."""
        slots = self.sheet.filled().slots.values()
        return next((each for each in slots if each.name == name), None)

    # --- files --------------------------------------------------------------------------------

    def with_file(self, name: str, upload: Upload) -> Desk:
        """Its content is kept apart, sealed like the draft; the draft says where."""
        uploads, person = self.here.services.uploads, self.here.active.person
        place = uploads.keep(person, self.form, upload.data, KEPT_SECONDS)
        file = Chosen(place, upload.name, upload.content_type, len(upload.data))
        after = self.keep_all(with_file(self.sheet.kept, name, file))
        contents = {**self.sheet.contents, file.id: upload.data}
        return replace(after, sheet=replace(after.sheet, contents=contents))

    def without_file(self, name: str, file: str) -> Desk:
        self.here.services.uploads.discard(self.here.active.person, self.form, file)
        return self.keep_all(without_file(self.sheet.kept, name, file))

    @property
    def shelf(self) -> Shelf:
        address = f"{self.here.paths.form(self.sheet.found.plan.form.canonical)}/files"
        files = {each.id: each for each in self.sheet.files}
        return Shelf(files, frozenset(self.sheet.contents), address)

    def forget_files(self) -> None:
        """They are in the EHR now."""
        for each in self.sheet.files:
            self.here.services.uploads.discard(self.here.active.person, self.form, each.id)

    def keep_all(self, kept: Mapping[str, list[str]]) -> Desk:
        here = self.here
        ends = here.services.drafts.save(here.active.person, here.role, self.form, kept)
        g.kept_unsent = True
        return replace(self, sheet=replace(self.sheet, kept=dict(kept)), ends_at=ends)


def draft_name(url: str) -> str:
    return f"form:{url}"


def open_desk(here: Here, canonical: str, *, begun_before: bool = False) -> Desk:
    """The form with its draft, or with nothing kept of it yet. Raises FormRefused.

    `begun_before`: where this version is not to be had any more, the one that there is now.
    """
    if not here.can_ask:
        raise NotOffered("forms", "cannot arrive")
    client = here.client()
    json = client.read(f"Patient/{client.patient_id}")
    patient = Patient.from_fhir(json)
    find = partial(
        find_form,
        clinic=here.services.policy.forms,
        client=client,
        gate=here.gate,
        now=here.now,
    )
    try:
        found = find(canonical)
    except FormRefused:
        if not begun_before:
            raise
        found = find(canonical.partition("|")[0])
    sheet = Sheet(
        found=found,
        kept={},
        now=here.services.policy.calendar.local(here.now),
        context=_context(here, found, json),
        zone_reading=Reading(here.services.policy.calendar.zone),
    )
    return Desk(here, patient, sheet).as_kept_now()


def _taken_up(desk: Desk, draft: Draft) -> Desk:
    """What was refused can be sent again, as a submission of its own: the old one is over."""
    sheet = replace(desk.sheet, kept=draft.fields)
    find = partial(desk.here.services.uploads.find, desk.here.active.person, desk.form)
    contents = {each.id: data for each in sheet.files if (data := find(each.id)) is not None}
    kept = replace(desk, sheet=replace(sheet, contents=contents), ends_at=draft.ends_at)
    sent = desk.here.services.outbox.find(kept.sheet.sid, desk.here.active.person)
    if sent is None or sent.state is not SubmissionState.REFUSED:
        return kept
    return kept.keep_all({**draft.fields, SUBMISSION: [str(uuid4())]})


def new_desk(desk: Desk, beginning: Beginning | None = None, **more: str) -> Desk:
    """The submission's id is made with the form: every copy of this form sends the same one."""
    sheet = desk.sheet
    known = Known(sheet.zone_reading, sheet.now, {}, sheet.context)
    start = beginning or begin(sheet.found.plan, known)
    made = desk.keep_all(begun(sheet.found, start, str(uuid4()), **more))
    lost = []
    for name, files in start.files.items():
        for each in files:
            upload = _earlier_file(made, name, each, start.source)
            made = made.with_file(name, upload) if upload else made
            lost += [] if upload else [each.title]
    return made.keep_all({**made.sheet.kept, LOST: lost}) if lost else made


def _earlier_file(desk: Desk, name: str, file: Attachment, response: str) -> Upload | None:
    """It comes from the EHR, so it is taken in as carefully as from anybody else."""
    slot = desk.slot(name)
    try:
        found = content_of(desk.here.client(), response, file)
    except SmartappError:
        return None
    upload = taken_in(file.title, found)
    if slot is None or isinstance(upload, Refused):
        return None
    wrong = wrong_with(slot.item, upload, desk.sheet.kept.get(name, ()), desk.sheet.files)
    return None if wrong else upload


def _context(here: Here, found: FoundForm, patient: Json) -> Mapping[str, Any]:
    """What the launch brought, and what the form may ask of the record of this patient."""
    context: dict[str, Any] = {"patient": patient}
    if here.fhir_user == f"Patient/{patient.get('id')}":
        context["user"] = patient
    named = [each for each in queries_of(found.plan) if each.name]
    loader = here.loader() if named else None
    queries = [each for each in named if loader and loader.gate.may(each.kind, "search-type")]
    if loader and queries:
        calls = [partial(loader.search, each.kind, *each.parameters) for each in queries]
        results = loader.together(calls, within=6.0)
        for query, result in zip(queries, results, strict=True):
            if not isinstance(result, SmartappError):
                context[query.name] = as_bundle(result.matches)
    return context

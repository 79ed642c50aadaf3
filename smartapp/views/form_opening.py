"""What all pages of one form begin with: the copy of it, or why there is none, and what to note."""

from __future__ import annotations

from smartapp.errors import SmartappError
from smartapp.pages.form.said import pairs_in
from smartapp.pages.form_changed import changed_form_page, other_version
from smartapp.pages.form_refused import refusal_page
from smartapp.pages.shell import Link
from smartapp.sessions.drafts import Draft
from smartapp.sessions.submission import Submission
from smartapp.views import record
from smartapp.views.form_drafts import draft_in_ehr, gone_on_with, may_keep
from smartapp.views.form_sheets import Desk, draft_name, new_desk, open_desk
from smartapp.views.here import Here, View
from smartapp.views.sending import waiting
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.forms.plan import FormRefused
from smartapp.workflow.forms.sheet import SAID
from smartapp.workflow.forms.tree import FilledForm
from smartapp.workflow.policy.model import RedFlag
from smartapp.workflow.routing import raised_flags


def canonical_in(here: Here, handle: str) -> str:
    return here.named(handle, "Form").removeprefix("Form/")


def address_of(here: Here, handle: str) -> str:
    return here.paths.form(canonical_in(here, handle))


def desk_here(here: Here, handle: str, *, any_version: bool = False) -> Desk | View:
    """The form with what was typed so far; or the page that says why it cannot be filled in, what
    became of it, or that the clinic has changed it meanwhile.
    """
    canonical = canonical_in(here, handle)
    draft = draft_of(here, canonical)
    try:
        desk = open_desk(here, canonical, begun_before=draft is not None)
    except FormRefused as refused:
        return refused_form(here, refused, draft)
    sent: Submission | None = waiting(here, desk.form)
    if sent is not None:
        return see_other(f"{here.paths.request(sent.sid)}?said=already-asked")
    desk = desk if desk.is_begun else (gone_on_with(desk) or new_desk(desk))
    if desk.sheet.is_of_another_version and not any_version:
        return changed_form(here, desk, f"{here.paths.form(canonical)}/changed")
    return desk


def draft_of(here: Here, canonical: str) -> Draft | None:
    """What the app itself keeps of it, or a stand-in for what the clinic keeps."""
    url = canonical.partition("|")[0]
    kept = here.services.drafts.find(here.active.person, draft_name(url))
    if kept is not None or not may_keep(here):
        return kept
    try:
        stored = draft_in_ehr(here, url) if "|" in canonical else None
    except SmartappError:
        return None
    return Draft({}, 0.0, 0.0) if stored else None


def refused_form(here: Here, refused: FormRefused, draft: Draft | None = None) -> View:
    said = next(iter(draft.fields.get(SAID, ())), "") if draft else ""
    page = refusal_page(
        here.words,
        patient_shell(here, here.words("A form"), None),
        here.paths,
        refused.reason,
        here.services.policy,
        said=pairs_in(said),
    )
    return show("form_refused", page, 422)


def changed_form(here: Here, desk: Desk, action: str) -> View:
    record.viewed(here, desk.patient.id, QuestionnaireResponse=1)
    title = in_locale(desk.sheet.found.plan.form.title, here.words.locale) or here.words("A form")
    page = changed_form_page(
        here.words,
        patient_shell(
            here, title, desk.patient, back=Link(here.words("All forms"), here.paths.forms)
        ),
        title=title,
        said=pairs_in(desk.sheet.said),
        action=action,
    )
    return show("form_changed", page)


def dangers_on(desk: Desk, filled: FilledForm) -> tuple[RedFlag, ...]:
    return raised_flags(desk.sheet.found.topic, filled.answers())


def notes_on(desk: Desk, filled: FilledForm) -> list[str]:
    words = desk.here.words
    phone = desk.here.services.policy.phones.clinic
    notes = []
    if desk.sheet.was_changed:
        notes.append(other_version(words))
    if words.locale not in desk.sheet.found.plan.form.title:
        notes.append(
            words(
                "This form is not in your language. If you need help with it, call {phone}.",
                phone=phone,
            )
        )
    if desk.sheet.lost:
        notes.append(
            words(
                "These files could not be taken over: {files}. Please choose them again.",
                files=", ".join(each or words("A file without a name") for each in desk.sheet.lost),
            )
        )
    if filled.broken:
        notes.append(
            words(
                "A part of this form does not work here, so it cannot be sent. Your answers are "
                "kept. Please call {phone}.",
                phone=phone,
            )
        )
    return notes

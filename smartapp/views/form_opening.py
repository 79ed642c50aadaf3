"""What all pages of one form begin with: the copy of it, or why there is none, and what to note."""

from __future__ import annotations

from smartapp.pages.forms import other_version, refusal_page
from smartapp.sessions.submission import Submission
from smartapp.views.form_drafts import gone_on_with
from smartapp.views.form_sheets import Desk, new_desk, open_desk
from smartapp.views.here import Here, View
from smartapp.views.sending import waiting
from smartapp.views.show import patient_shell, see_other, show
from smartapp.workflow.forms.plan import FormRefused
from smartapp.workflow.forms.tree import FilledForm
from smartapp.workflow.policy.model import RedFlag
from smartapp.workflow.routing import raised_flags


def canonical_in(here: Here, handle: str) -> str:
    return here.named(handle, "Form").removeprefix("Form/")


def address_of(here: Here, handle: str) -> str:
    return here.paths.form(canonical_in(here, handle))


def desk_here(here: Here, handle: str) -> Desk | View:
    """The form with what was typed so far; or the page that says why it cannot be filled in, or
    what became of it.
    """
    try:
        desk = open_desk(here, canonical_in(here, handle))
    except FormRefused as refused:
        return refused_form(here, refused)
    sent: Submission | None = waiting(here, desk.form)
    if sent is not None:
        return see_other(f"{here.paths.request(sent.sid)}?said=already-asked")
    return desk if desk.is_begun else (gone_on_with(desk) or new_desk(desk))


def refused_form(here: Here, refused: FormRefused) -> View:
    shell = patient_shell(here, here.words("A form"), None)
    page = refusal_page(here.words, shell, here.paths, refused.reason, here.services.policy)
    return show("form_refused", page, 422)


def dangers_on(desk: Desk, filled: FilledForm) -> tuple[RedFlag, ...]:
    return raised_flags(desk.sheet.found.topic, filled.answers())


def notes_on(desk: Desk, filled: FilledForm) -> list[str]:
    words = desk.here.words
    phone = desk.here.services.policy.phones.clinic
    notes = []
    if desk.sheet.is_of_another_version:
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

"""The pages of asking: a step of the questions, and the check."""

from __future__ import annotations

from smartapp.pages.ask_check import ask_check_page
from smartapp.pages.ask_form import ask_form_page, writer_of
from smartapp.pages.files import files_shown
from smartapp.pages.menu import open_page
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.ask_matter import is_the_patient, shell_of, shown_of
from smartapp.views.ask_said import asking_of, fingerprint_of, words_of
from smartapp.views.drafting import (
    Drafting,
)
from smartapp.views.here import Here, View
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.matter import Matter
from smartapp.workflow.policy.intake import SelfService


def form_shown(here: Here, matter: Matter, draft: Drafting, at: int, *, told: bool = False) -> View:
    """`told`: what is wrong is said once the person has gone on, not while they answer."""
    record.viewed(here, matter.patient.id, **shown_of(matter))
    words, paths, policy = here.words, here.paths, here.services.policy
    address = paths.asking(matter.topic.code, matter.reference)
    back = (
        Link(words("Back"), f"{address}?step={at - 1}")
        if at
        else Link(words("All that you can ask for"), paths.ask)
    )
    before = matter.asked_before
    usual = matter.topic.rules[-1].route
    due = policy.calendar.with_week(usual.queue.week).due_after(here.now, usual.respond_within)
    is_patient = is_the_patient(here, matter.patient.id)
    page = ask_form_page(
        words,
        shell_of(here, matter, failing=told, back=back),
        topic=matter.topic,
        subject=matter.subject,
        parts=draft.parts,
        at=at,
        posted=draft.answers,
        faults=draft.filled.faults if told else (),
        prefilled=frozenset(
            link for link, value in matter.known.items() if draft.answers.get(link) == [value]
        ),
        red_flags=asking_of(here, matter, draft).decision().red_flags if at else (),
        notes=_notes(here, matter),
        before=Link(words("See that request"), paths.request(before.submission))
        if before and before.submission
        else None,
        who=in_locale(usual.queue.team, words.locale),
        by=words.day_and_time(due),
        writer=writer_of(
            words, draft.answers, matter.patient.name or "", nameless=told and draft.is_nameless
        )
        if is_patient
        else None,
        action=address,
        submission=draft.sid,
        saved_until=draft.saved_until(words),
        by_form=policy.phones.clinic if here.asks_by_form else "",
        slip=draft.slip(),
    )
    return show("ask_form", page, 422 if told else 200)


def _notes(here: Here, matter: Matter) -> list[str]:
    words = here.words
    notes = []
    private = matter.topic.confidentiality
    if private and private.covers(matter.age):
        is_patient = is_the_patient(here, matter.patient.id)
        text = private.patient if is_patient else private.proxy
        notes.append(in_locale(text, words.locale))
    if matter.requests.failed or not matter.requests.whole:
        notes.append(
            words(
                "We could not check if you have asked for this before. You can ask all the same: "
                "the clinic sees if it is the same request twice."
            )
        )
    return notes


def check_shown(here: Here, matter: Matter, draft: Drafting, *, fee_missing: bool = False) -> View:
    asked = asking_of(here, matter, draft)
    decision = asked.decision()
    words, policy = here.words, here.services.policy
    record.viewed(here, matter.patient.id, **shown_of(matter))
    address = here.paths.asking(matter.topic.code, matter.reference)
    sent = words_of(here, asked, draft)
    page = ask_check_page(
        words,
        patient_shell(here, words("Check your answers"), matter.patient, failing=fee_missing),
        topic=matter.topic,
        subject=matter.subject,
        answers=asked.answers,
        red_flags=decision.red_flags,
        hints=[(each, _page_of(here, each)) for each in asked.self_service()]
        if not decision.red_flags
        else (),
        words_sent=sent,
        reason=in_locale(decision.reason.patient, words.locale),
        team=in_locale(policy.queue(decision.queue).team, words.locale),
        due=words.day_and_time(decision.due),
        fee_missing=fee_missing,
        action=f"{address}/send",
        submission=draft.sid,
        checked=fingerprint_of(here, asked, draft),
        files=files_shown(words, draft.files),
        files_page=f"{address}/files" if matter.topic.attachments and here.can_write else "",
        by_form=policy.phones.clinic if here.asks_by_form else "",
        slip=draft.slip(),
        change=f"{address}?step={len(draft.parts) - 1}",
    )
    return show("ask_check", page, 422 if fee_missing else 200)


def _page_of(here: Here, each: SelfService) -> str:
    """A page that this app has, by the name that the policy gives it."""
    return open_page(here.words, here.paths, here.gate, each.page.value) if each.page else ""

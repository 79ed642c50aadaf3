"""A page model into its template, and the shell that every page of a session has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from flask import g, render_template, request
from werkzeug.wrappers import Response

from smartapp.config import LaunchKind
from smartapp.errors import LinkExpired
from smartapp.fhir.people import Patient, RelatedPerson
from smartapp.launch import Role
from smartapp.pages.menu import bar
from smartapp.pages.problem import ProblemPage
from smartapp.pages.said import notice, undo_notes
from smartapp.pages.session_time import SessionTime, session_time
from smartapp.pages.shell import Link, Notice, Shell, Undo, Whose, shell, whose_record
from smartapp.pages.signed_out import SignedOutPage
from smartapp.pages.staff_menu import staff_bar
from smartapp.sessions.handles import open_link
from smartapp.sessions.launches import ActiveLaunch
from smartapp.views.forgery import masked
from smartapp.views.framing import is_framed
from smartapp.views.here import Here
from smartapp.workflow.undoing import NOTHING, Before

Placed = TypeVar("Placed", ProblemPage, SignedOutPage)


def show(name: str, page: object, status: int = 200) -> Response:
    html = render_template(f"pages/{name}.html", page=page)
    return Response(html, status, content_type="text/html; charset=utf-8")


def within(page: Placed, active: ActiveLaunch) -> Placed:
    """A page that was made without its session, with the addresses of that session."""
    home = f"/l/{active.lid}/"
    shell = replace(
        page.shell, home=home, language_action=f"{home}language", csrf=masked(active.csrf_token)
    )
    return replace(page, shell=shell)


def outside(page: Placed) -> Placed:
    """A page without a session. The front page does not open in a frame: nothing leads there."""
    if not is_framed():
        return page
    return replace(page, shell=replace(page.shell, home="", languages=()), again=None)


def see_other(address: str) -> Response:
    """After a POST, and with the same effect for a reload: none."""
    return Response(status=303, headers={"Location": address})


def patient_shell(
    here: Here,
    title: str,
    patient: Patient | None,
    *,
    failing: bool = False,
    back: Link | None = None,
) -> Shell:
    words, paths = here.words, here.paths
    return shell(
        words,
        app_name=here.services.settings.app_name,
        title=title,
        failing=failing,
        language_action=paths.language,
        home=paths.home,
        navigation=bar(words, paths, here.gate, request.path),
        unread=paths.page("requests/unread"),
        whose=_whose(here, patient),
        sign_out=paths.sign_out,
        csrf=masked(here.active.csrf_token),
        notice=_notice(here),
        back=back,
        style=_style(here),
        manage=_manage(here),
        switch=_switch(here),
        session=time_left(here),
    )


def of_patient(here: Here, shown: Shell, patient: Patient) -> Shell:
    """The same for a page that has begun before it was known whose record it is."""
    return replace(shown, whose=_whose(here, patient), begun=True)


def staff_shell(
    here: Here,
    title: str,
    *,
    person: str,
    whose: Whose | None = None,
    failing: bool = False,
    back: Link | None = None,
    said: Notice | None = None,
) -> Shell:
    paths = here.paths
    return shell(
        here.words,
        app_name=here.services.settings.app_name,
        title=title,
        failing=failing,
        language_action=paths.language,
        home=paths.queue,
        navigation=() if back else _staff_bar(here),  # below another page, room is scarce
        whose=None if _ehr_says_whose(here) else whose,
        person=person,
        sign_out=paths.sign_out,
        csrf=masked(here.active.csrf_token),
        wide=True,
        notice=said or _notice(here),
        back=back,
        style=_style(here),
        session=time_left(here),
        own_window=_own_window(here),
    )


def _staff_bar(here: Here) -> tuple[Link, ...]:
    """Only who this is: what they may see is decided again by each page."""
    staff = g.get("staff")
    if staff is None:
        return ()
    context = here.active.launched.patient_id
    return staff_bar(here.words, here.paths, staff, here.services.policy, request.path, context)


def _own_window(here: Here) -> Link | None:
    return Link(here.words("Open in its own window"), here.paths.window) if is_framed() else None


def time_left(here: Here) -> SessionTime:
    launches, now = here.services.launches, here.services.clock()
    ends_at = launches.ends_at(here.active)
    return session_time(
        here.words,
        ends_at=datetime.fromtimestamp(ends_at, UTC),
        ends_in=ends_at - now,
        warns_in=launches.warn_at(here.active) - now,
        can_stay=launches.can_be_prolonged(here.active),
        address=here.paths.session,
    )


def _ehr_says_whose(here: Here) -> bool:
    """Only inside the EHR's own page, and only for the patient that it has open there."""
    launched = here.active.launched
    return is_framed() and launched.patient_id is not None and not launched.needs_patient_banner


def _style(here: Here) -> str:
    return here.paths.style if here.active.launched.style_url else ""


def _switch(here: Here) -> Link | None:
    """A new launch with the login that the EHR already has: it asks whose record. A session never
    changes its patient.
    """
    ehr = here.services.ehr_of(here.active)
    if here.active.launched.kind is not LaunchKind.STANDALONE:
        return None
    return Link(here.words("See another person’s record"), f"/launch/{ehr.key}")


def _manage(here: Here) -> Link | None:
    address = here.active.launched.management_url
    return Link(here.words("See which apps can open your record"), address) if address else None


def _notice(here: Here) -> Notice | None:
    said = notice(here.words, request.args.get("said", ""))
    link = request.args.get("undo", "")
    if said is None or not link or here.role is not Role.STAFF:
        return said
    notes = _undo_notes(here, link)
    return replace(said, undo=Undo(here.paths.undo, link, here.words("Undo"), notes))


def _undo_notes(here: Here, link: str) -> tuple[str, ...]:
    try:
        told = open_link(here.active.handle_key, here.active.lid, link, here.services.clock())
    except LinkExpired:
        return ()
    left = Before.read(told).left if told else NOTHING
    return undo_notes(
        here.words,
        answer=left.answer,
        summary=left.summary,
        may_withdraw=here.gate.may("Communication", "update"),
    )


def _whose(here: Here, patient: Patient | None) -> Whose | None:
    if patient is None:
        return None
    here.acts_still()
    other = relationship(here, patient)
    until = here.acting.until if other and here.acting else None
    return whose_record(here.words, patient, other=other, until=until)


def relationship(here: Here, patient: Patient) -> str:
    """How the person who reads is related to the patient; empty for the patient themselves."""
    if here.fhir_user == f"Patient/{patient.id}":
        return ""
    return (here.acting.relationship if here.acting else "") or here.words("you act for them")


def related_person(here: Here) -> RelatedPerson | None:
    here.acts_still()
    return here.acting

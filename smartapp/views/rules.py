"""The rules of writing to the clinic: shown before the first message, and always in Help."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from flask import Blueprint

from smartapp.launch import Role
from smartapp.pages.requests import READ_RULES
from smartapp.pages.rules import rules_page
from smartapp.sessions.submission import SubmissionState
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.sending import author, finish, hand_in
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.first_use import acknowledgement, form_of, is_read_by, search
from smartapp.workflow.submission import step

bp = Blueprint("rules", __name__, url_prefix="/l/<lid>/help")


@bp.get("")
@requires_launch(Role.PATIENT)
def rules(here: Here) -> View:
    """With a button for who has not read them yet."""
    loader = here.loader()
    looks = can_be_kept(here)
    got = loader.all_of(
        patient=loader.patient, read=(lambda: search(loader)) if looks else (lambda: None)
    )
    patient = sure_of_patient(got["patient"])
    record.viewed(here, patient.id)
    words, policy = here.words, here.services.policy
    is_read = not looks or has_read(here, got["read"])
    heading = words("Help") if is_read else in_locale(policy.first_use.title, words.locale)
    page = rules_page(
        words,
        patient_shell(here, heading, patient),
        policy=policy,
        heading=heading,
        action="" if is_read else f"{here.paths.page('help')}/read",
        ask=here.paths.ask if is_read and here.can_ask else "",
    )
    return show("rules", page)


@bp.post("/read")
@requires_launch(Role.PATIENT)
def read(here: Here) -> View:
    """Once for each person and version, however often the button is pressed."""
    patient = here.loader().patient()
    vocabulary, policy = here.services.vocabulary, here.services.policy
    who = author(here, patient)
    sid = _sid(here)
    body = acknowledgement(
        policy,
        vocabulary,
        identifier=sid,
        patient=f"Patient/{patient.id}",
        author=who,
        authored=here.now,
        language=here.words.locale,
    )
    if can_be_kept(here):
        steps = (step(body, vocabulary.response, sid, f"Patient/{patient.id}"),)
        known = here.services.outbox.find(sid, here.active.person) or hand_in(
            here, sid, steps, title=here.words("Help"), form=READ_RULES
        )
        finish(here, known)
    return see_other(here.paths.ask)


def _sid(here: Here) -> str:
    whose = f"{here.fhir_user} {here.active.person.patient_id} {here.services.policy.version}"
    return str(uuid5(NAMESPACE_URL, f"{form_of(here.services.vocabulary)} {whose}"))


def can_be_kept(here: Here) -> bool:
    needs = (("QuestionnaireResponse", "create"), ("QuestionnaireResponse", "search-type"))
    return here.can_ask and all(here.gate.may(*need) for need in needs)


def has_read(here: Here, found: object) -> bool:
    """On its way to the EHR counts: nobody is asked twice because the EHR is slow."""
    sent = here.services.outbox.find(_sid(here), here.active.person)
    on_its_way = sent is not None and sent.state is not SubmissionState.REFUSED
    return on_its_way or is_read_by(here.fhir_user, found, here.services.vocabulary)

"""Handing in what somebody asks for, and going on with it as far as the EHR lets it."""

from __future__ import annotations

import json
from collections.abc import Callable

from flask import g

from smartapp.fhir.people import Patient
from smartapp.sessions.submission import Step, Submission, SubmissionState
from smartapp.views import record
from smartapp.views.drafting import FILES
from smartapp.views.here import Here, View
from smartapp.views.show import related_person
from smartapp.workflow.submission import Named


def once(here: Here, sid: str, make: Callable[[], Submission | View]) -> Submission | View:
    """The same submission again only leads to the first. While `make` looks at the record another
    click may hand it in, and be done with its draft: then what `make` says of it is no news.
    """
    outbox, person = here.services.outbox, here.active.person
    known = outbox.find(sid, person)
    if known is not None:
        return known
    made = make()
    return made if isinstance(made, Submission) else outbox.find(sid, person) or made


def hand_in(
    here: Here,
    sid: str,
    steps: tuple[Step, ...],
    *,
    title: str,
    form: str,
    about: str = "",
    files: int = 0,
) -> Submission:
    """In the outbox first: from here on nothing can be lost."""
    submission = Submission(
        sid=sid,
        person=here.active.person,
        ehr_key=here.active.launched.ehr_key,
        iss=here.active.launched.iss,
        created_at=here.services.clock(),
        title=title,
        about=about,
        form=form,
        files=files,
        steps=steps,
    )
    g.kept_unsent = False
    received = here.services.outbox.receive(submission, here.active.launched.token)
    record.handed_in(here, received)
    return received


def finish(
    here: Here, submission: Submission, *, patiently: bool = True, insist: bool = False
) -> Submission:
    """Goes on with a submission as far as the EHR lets it, with its author's fresh token."""
    outbox, person, sid = here.services.outbox, here.active.person, submission.sid
    if not submission.is_finished:
        outbox.give_token(sid, person, here.active.launched.token)
        here.services.courier(*record.delivery(here)).carry(sid, patiently=patiently, insist=insist)
    after = outbox.find(sid, person) or submission
    if after.state is SubmissionState.CONFIRMED:
        _discard_draft(here, after)
    return after


def _discard_draft(here: Here, submission: Submission) -> None:
    """Only that of this submission: there may be a newer one for the same thing."""
    draft = here.services.drafts.find(here.active.person, submission.form)
    if draft is not None and draft.fields.get("submission") == [submission.sid]:
        files = (json.loads(each)["id"] for each in draft.fields.get(FILES, ()))
        here.services.uploads.discard(here.active.person, submission.form, *files)
        here.services.drafts.discard(here.active.person, submission.form)


def waiting(here: Here, form: str) -> Submission | None:
    """Handed in, and not yet known to be in the EHR: asking again would file it twice."""
    mine = here.services.outbox.of(here.active.person)
    return next((each for each in mine if each.form == form and not each.is_finished), None)


def author(here: Here, patient: Patient) -> Named:
    """Who really writes, as far as the sign-in says."""
    if here.fhir_user == f"Patient/{patient.id}":
        return here.fhir_user, patient.name or ""
    acting = related_person(here)
    return here.fhir_user, (acting.name if acting else "") or ""

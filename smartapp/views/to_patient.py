"""Words of staff on their way to a patient: by the outbox, so that each goes out once."""

from __future__ import annotations

from uuid import UUID, uuid5

from smartapp.errors import NotFound
from smartapp.sessions.submission import Step, Submission
from smartapp.views import record
from smartapp.views.here import Here
from smartapp.views.item_opened import OpenItem
from smartapp.workflow.answering import Message


def send_message(here: Here, opened: OpenItem, message: Message) -> Submission:
    step = message.step(
        here.services.vocabulary,
        request=opened.request,
        patient=opened.patient,
        author=(opened.staff.reference, opened.staff.name),
        at=here.now,
    )
    return send_steps(here, opened, message.sid, (step,))


def send_steps(here: Here, opened: OpenItem, sid: str, steps: tuple[Step, ...]) -> Submission:
    submission = hand_in(here, opened, sid, steps)
    here.services.courier(*record.delivery(here)).carry(sid, patiently=True)
    return here.services.outbox.find(sid, opened.person) or submission


def hand_in(here: Here, opened: OpenItem, sid: str, steps: tuple[Step, ...]) -> Submission:
    """Into the outbox: from here on it cannot be lost."""
    outbox, token = here.services.outbox, here.active.launched.token
    submission = Submission(
        sid=sid,
        person=opened.person,
        ehr_key=here.active.launched.ehr_key,
        iss=here.active.launched.iss,
        created_at=here.services.clock(),
        title=opened.request.root.subject_line,
        about=opened.reference,
        steps=steps,
    )
    received = outbox.receive(submission, token)
    record.handed_in(here, received)
    return received


def id_of(form: str, text: str) -> str:
    """The same words from the same form are one message; other words are another."""
    try:
        return str(uuid5(UUID(form), text))
    except ValueError:
        raise NotFound("not a form of this page") from None

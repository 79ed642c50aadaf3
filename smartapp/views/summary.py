"""Putting the summary of a closed item into the record, or making it for somebody to copy; and
taking it out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from smartapp.errors import SmartappError
from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.fhir.task import WorkTask
from smartapp.pages.chart_summary import Said, summary_text
from smartapp.pages.item_words import outcome_words
from smartapp.pages.queue_line import WRITTEN
from smartapp.sessions.submission import SubmissionState
from smartapp.views import record
from smartapp.views.here import Here
from smartapp.views.item_beside import response_behind
from smartapp.views.item_opened import OpenItem
from smartapp.views.to_patient import hand_in
from smartapp.words import words_for
from smartapp.workflow.documenting import documentation_id, documentation_step, withdraw
from smartapp.workflow.loading import PAGE_SECONDS


def summary_of(
    here: Here, opened: OpenItem, task: WorkTask, answers: Answers | None, told: str = ""
) -> str:
    """`told`: what was sent to the patient with the closing."""
    policy = here.services.policy
    words = words_for(WRITTEN, policy.calendar.zone)
    said = Said(opened.staff.name, words.date_time(here.now), told) if told else None
    return summary_text(
        words,
        policy,
        request=opened.request,
        task=task,
        topic=opened.topic,
        patient=opened.patient,
        answers=answers,
        outcome=outcome_words(words, opened.topic, task),
        said=said,
    )


@dataclass(frozen=True)
class Ended:
    """An item that was closed, and what the patient was told with it."""

    opened: OpenItem
    task: WorkTask
    told: str = ""


def document(here: Here, ended: Ended) -> bool:
    """Whether it is known to be in the record. The closing stands, whatever comes of this."""
    return document_all(here, [ended])[0]


def document_all(here: Here, ended: Sequence[Ended]) -> list[bool]:
    """All of them are in the outbox before the first is sent, and go out beside each other."""
    if not takes_summaries(here):
        return [False for _ in ended]
    together = here.services.transport.together
    answers = together([partial(_answers, each.opened) for each in ended], within=PAGE_SECONDS)
    kept = [_kept(here, each, known) for each, known in zip(ended, answers, strict=True)]
    courier = here.services.courier(*record.delivery(here))
    carry = [partial(courier.carry, sid, patiently=True) for sid in kept if sid]
    here.services.transport.together(carry, within=PAGE_SECONDS)
    outbox = here.services.outbox
    sent = [
        outbox.find(sid, each.opened.person) if sid else None
        for each, sid in zip(ended, kept, strict=True)
    ]
    return [each is not None and each.state is SubmissionState.CONFIRMED for each in sent]


def takes_summaries(here: Here) -> bool:
    return here.gate.may("Communication", "create")


def _kept(here: Here, ended: Ended, answers: Answers | SmartappError | None) -> str:
    """The name that it has in the outbox; empty where it could not be made."""
    opened, known = ended.opened, None if isinstance(answers, SmartappError) else answers
    try:
        step = documentation_step(
            here.services.vocabulary,
            task=ended.task,
            request=opened.request,
            patient=f"Patient/{opened.patient.id}",
            author=(opened.staff.reference, opened.staff.name),
            at=here.now,
            text=summary_of(here, opened, ended.task, known, ended.told),
        )
        hand_in(here, opened, step.identifier_value, (step,))
    except SmartappError:
        return ""
    return step.identifier_value


def _answers(opened: OpenItem) -> Answers | None:
    response = response_behind(opened.request)
    return {} if response is None else answers_of(opened.loader.client.read(response))


# --- a closing that was taken back ---------------------------------------------------------------


class Fate(StrEnum):
    """What became of the summary of a closing that was taken back."""

    NONE = "none"  # there was none in the record
    WITHDRAWN = "withdrawn"
    STAYS = "stays"


def take_out(here: Here, task: WorkTask, patient_id: str) -> Fate:
    """`task` as the closing left it. What is still on its way is brought to an end first: it must
    not come into the record later.
    """
    sid, person, outbox = (
        documentation_id(task),
        here.person_about(patient_id),
        here.services.outbox,
    )
    summary = outbox.find(sid, person)
    if summary is not None and not summary.is_finished:
        here.services.courier(*record.delivery(here)).carry(sid, patiently=True)
        summary = outbox.find(sid, person)
    if summary is None or summary.state is SubmissionState.REFUSED:
        return Fate.NONE
    reference = summary.steps[0].reference
    if reference is None or not here.gate.may("Communication", "update"):
        return Fate.STAYS
    record.about_to_change(here, patient_id, reference, ENTERED_IN_ERROR)
    withdrawn = withdraw(here.client(patient_id), reference)
    record.summary_withdrawn(here, patient_id, reference, done=withdrawn)
    return Fate.WITHDRAWN if withdrawn else Fate.STAYS

"""Putting the summary of a closed item into the record, or making it for somebody to copy."""

from __future__ import annotations

from smartapp.errors import SmartappError
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.fhir.task import WorkTask
from smartapp.pages.chart_summary import Said, summary_text
from smartapp.pages.item_words import outcome_words
from smartapp.pages.queue_line import WRITTEN
from smartapp.sessions.submission import SubmissionState
from smartapp.views.here import Here
from smartapp.views.item_beside import response_behind
from smartapp.views.item_opened import OpenItem
from smartapp.views.to_patient import send_steps
from smartapp.words import words_for
from smartapp.workflow.documenting import documentation_step


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


def document(here: Here, opened: OpenItem, closed: WorkTask, told: str) -> bool:
    """Whether it is known to be in the record. The closing stands, whatever comes of this."""
    if not here.gate.may("Communication", "create"):
        return False
    text = summary_of(here, opened, closed, _answers(opened), told)
    step = documentation_step(
        here.services.vocabulary,
        task=closed,
        request=opened.request,
        patient=f"Patient/{opened.patient.id}",
        author=(opened.staff.reference, opened.staff.name),
        at=here.now,
        text=text,
    )
    try:
        sent = send_steps(here, opened, step.identifier_value, (step,))
    except SmartappError:
        return False
    return sent.state is SubmissionState.CONFIRMED


def _answers(opened: OpenItem) -> Answers | None:
    response = response_behind(opened.request)
    if response is None:
        return {}
    try:
        return answers_of(opened.loader.client.read(response))
    except SmartappError:
        return None

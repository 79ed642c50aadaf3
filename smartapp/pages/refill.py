"""Asking for a refill: the questions, and the check before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.questionnaire import Answers
from smartapp.pages.form import FaultLine, Field, answer_words, fault_lines, fields_of
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words, in_locale
from smartapp.workflow.forms import FieldFault, Fields
from smartapp.workflow.policy.model import RedFlag, Topic
from smartapp.workflow.refill_request import FREE_TEXT


@dataclass(frozen=True)
class RefillFormPage:
    shell: Shell
    heading: str
    medicine: str
    dosage: str
    intro: str
    scope: str
    fault_heading: str
    faults: tuple[FaultLine, ...]
    fields: tuple[Field, ...]
    action: str
    submission: str
    button: str
    save_button: str
    saved: str


def refill_form_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    order: MedicationOrder,
    posted: Fields,
    faults: Sequence[FieldFault],
    action: str,
    submission: str,
    saved_until: str = "",
) -> RefillFormPage:
    fields = fields_of(words, topic.questionnaire, posted, faults)
    return RefillFormPage(
        shell=shell,
        heading=words("Ask for a refill"),
        medicine=order.name or words("A medicine without a name"),
        dosage="; ".join(text for text in order.dosage if text),
        intro=in_locale(topic.words.intro, words.locale),
        scope=in_locale(topic.words.scope, words.locale),
        fault_heading=words("There is a problem"),
        faults=fault_lines(fields),
        fields=fields,
        action=action,
        submission=submission,
        button=words("Check your answers"),
        save_button=words("Save and finish later"),
        saved=words("Your answers are kept until {time}. Nothing is sent yet.", time=saved_until)
        if saved_until
        else "",
    )


@dataclass(frozen=True)
class Urgent:
    """What to do now, before anything else."""

    heading: str
    text: str


@dataclass(frozen=True)
class AnswerLine:
    question: str
    answer: str


@dataclass(frozen=True)
class RefillCheckPage:
    shell: Shell
    heading: str
    lead: str
    urgent: tuple[Urgent, ...]
    medicine_label: str
    medicine: str
    lines: tuple[AnswerLine, ...]
    words_label: str
    words_sent: str
    next_heading: str
    goes_to: str
    answered_by: str
    next_steps: str
    action: str
    submission: str
    button: str
    sending: str
    change: Link


def refill_check_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    order: MedicationOrder,
    answers: Answers,
    red_flags: Sequence[RedFlag],
    words_sent: str,
    team: str,
    due: str,
    action: str,
    submission: str,
    change: str,
) -> RefillCheckPage:
    return RefillCheckPage(
        shell=shell,
        heading=words("Check your answers"),
        lead=words("Nothing is sent yet. Look at your answers, then send them."),
        urgent=tuple(
            Urgent(in_locale(flag.do_now, words.locale), in_locale(flag.message, words.locale))
            for flag in red_flags
        ),
        medicine_label=words("Medicine"),
        medicine=order.name,
        lines=tuple(
            AnswerLine(
                in_locale(item.text, words.locale),
                answer_words(words, item, answers[item.link_id]),
            )
            for item in topic.questionnaire.all_items()
            if item.link_id in answers and item.type != FREE_TEXT
        ),
        words_label=words("The message that goes with it"),
        words_sent=words_sent,
        next_heading=words("What happens next"),
        goes_to=words("It goes to {team}.", team=team),
        answered_by=words("You get an answer by {time}.", time=due),
        next_steps=in_locale(topic.words.next_steps, words.locale),
        action=action,
        submission=submission,
        button=words("Send this request"),
        sending=words("Sending. This can take a few seconds. Please wait."),
        change=Link(words("Change your answers"), change),
    )

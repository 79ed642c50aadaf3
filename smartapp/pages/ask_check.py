"""Asking for something: the check, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.fhir.questionnaire import Answers
from smartapp.pages.ask_choose import subject_words
from smartapp.pages.form import FaultLine, answer_words
from smartapp.pages.form.shelf import ShownFile
from smartapp.pages.receipt import heard_by, no_answer_here
from smartapp.pages.shell import Link, Shell
from smartapp.pages.urgent import Urgent, urgent_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.intake import SelfService
from smartapp.workflow.policy.model import RedFlag, Topic
from smartapp.workflow.subjects import Subject
from smartapp.workflow.submission import FREE_TEXT


@dataclass(frozen=True)
class AnswerLine:
    question: str
    answer: str
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True)
class Hint:
    """What may answer the question at once."""

    title: str
    text: str
    link: Link | None


@dataclass(frozen=True)
class AskCheckPage:
    shell: Shell
    heading: str
    lead: str
    fault_heading: str
    faults: tuple[FaultLine, ...]
    urgent: tuple[Urgent, ...]
    hints_heading: str
    hints: tuple[Hint, ...]
    subject_label: str
    subject: str
    lines: tuple[AnswerLine, ...]
    files_label: str
    files: tuple[str, ...]
    files_link: Link | None
    words_label: str
    words_sent: str
    next_heading: str
    next_steps: tuple[str, ...]
    fee: str
    fee_label: str
    fee_error: str
    action: str
    submission: str
    checked: str
    slip: str
    button: str
    sending: str
    change: Link


def ask_check_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    subject: Subject | None,
    answers: Answers,
    red_flags: Sequence[RedFlag],
    hints: Sequence[tuple[SelfService, str]],
    words_sent: str,
    reason: str,
    team: str,
    due: str,
    fee_missing: bool,
    action: str,
    submission: str,
    checked: str,
    files: Sequence[str],
    files_page: str,
    slip: str,
    change: str,
    by_form: str = "",
) -> AskCheckPage:
    fee = topic.fee
    fee_error = words("Tick this to show that you have read it") if fee_missing else ""
    return AskCheckPage(
        shell=shell,
        heading=words("Check your answers"),
        lead=words("Nothing is sent yet. Look at your answers, then send them."),
        fault_heading=words("There is a problem"),
        faults=(FaultLine(fee_error, "#fee"),) if fee_error else (),
        urgent=urgent_words(words, red_flags),
        hints_heading=words("This may help you now"),
        hints=tuple(_hint(words, each, href) for each, href in hints),
        subject_label=words("Medicine")
        if subject and subject.reference.startswith("MedicationRequest/")
        else words("About"),
        subject=subject_words(words, subject),
        lines=_answer_lines(words, topic, answers),
        files_label=words("Files that go with it"),
        files=tuple(files),
        files_link=Link(
            words("Change the files") if files else words("Add a photo or a paper"), files_page
        )
        if files_page
        else None,
        words_label=words("The message that goes with it"),
        words_sent=words_sent,
        next_heading=words("What happens next"),
        next_steps=tuple(
            text
            for text in (
                words("It goes to {team}.", team=team),
                reason,
                heard_by(words, due, by_form)
                if by_form
                else words("You get an answer by {time}.", time=due),
                no_answer_here(words)
                if by_form
                else in_locale(topic.words.next_steps, words.locale),
            )
            if text
        ),
        fee=in_locale(fee.text, words.locale) if fee else "",
        fee_label=in_locale(fee.acknowledge, words.locale) if fee else "",
        fee_error=fee_error,
        action=action,
        submission=submission,
        checked=checked,
        slip=slip,
        button=words("Send this request"),
        sending=words("Sending. This can take a few seconds. Please wait."),
        change=Link(words("Change your answers"), change),
    )


def _hint(words: Words, each: SelfService, href: str) -> Hint:
    title = in_locale(each.title, words.locale)
    link = Link(words("Look there"), href) if href else None
    return Hint(title, in_locale(each.text, words.locale), link)


def _answer_lines(words: Words, topic: Topic, answers: Answers) -> tuple[AnswerLine, ...]:
    return tuple(
        AnswerLine(
            in_locale(item.text, words.locale), answer_words(words, item, answers[item.link_id])
        )
        for item in topic.questionnaire.all_items()
        if item.link_id in answers and item.type != FREE_TEXT
    )

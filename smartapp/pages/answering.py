"""The form with which staff answer a patient: templates, words, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartapp.words import Words, in_locale
from smartapp.workflow.answering import filled
from smartapp.workflow.policy.model import Topic


@dataclass(frozen=True)
class ReplyChoice:
    code: str
    name: str
    text: str
    outcome: str


@dataclass(frozen=True)
class OutcomeChoice:
    code: str
    text: str
    checked: bool


@dataclass(frozen=True)
class AnswerForm:
    """Replying and closing. Only for who has the item."""

    action: str
    submission: str
    templates_heading: str
    templates: tuple[ReplyChoice, ...]
    text_label: str
    text_hint: str
    text: str
    outcome_label: str
    outcomes: tuple[OutcomeChoice, ...]
    send: str
    send_and_close: str
    close_only: str
    sending: str
    errors: tuple[tuple[str, str], ...]  # field and what is wrong
    fault_heading: str

    def error(self, field: str) -> str:
        return next((what for where, what in self.errors if where == field), "")


def answer_form(
    words: Words,
    topic: Topic,
    *,
    action: str,
    submission: str,
    about: str,
    patient_language: str,
    posted: Mapping[str, str],
    errors: Sequence[tuple[str, str]],
) -> AnswerForm:
    """Templates are in the patient's language: they are what the patient will read."""
    return AnswerForm(
        action=action,
        submission=submission,
        templates_heading=words("Start with"),
        templates=tuple(
            ReplyChoice(
                reply.code,
                in_locale(reply.name, words.locale),
                filled(reply, about, patient_language),
                reply.outcome,
            )
            for reply in topic.replies
        ),
        text_label=words("Your answer. The patient reads this."),
        text_hint=words("The patient reads {language}.", language=words.language(patient_language))
        if patient_language != words.locale
        else "",
        text=posted.get("text", ""),
        outcome_label=words("How did it end?"),
        outcomes=tuple(
            OutcomeChoice(
                each.code, in_locale(each.words, words.locale), each.code == posted.get("outcome")
            )
            for each in topic.outcomes
        ),
        send=words("Send, keep it open"),
        send_and_close=words("Send and close"),
        close_only=words("Close without an answer"),
        sending=words("Sending. This can take a few seconds. Please wait."),
        errors=tuple(errors),
        fault_heading=words("There is a problem"),
    )


def answer_faults(words: Words, missing: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Field and sentence for what is still missing in an answer."""
    sentences = {
        "text": ("text", words("Write an answer, or close without one.")),
        "length": ("text", words("Make the answer shorter: 4,000 letters at most.")),
        "not-sent": ("text", words("You wrote an answer. Send it, or clear it before you close.")),
        "outcome": ("outcome", words("Choose how it ended.")),
    }
    return tuple(sentences[each] for each in missing)

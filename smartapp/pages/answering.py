"""The form with which staff answer a patient: templates, words, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartapp.pages.shell import LANGUAGE_NAMES
from smartapp.words import LocalText, Words, in_locale
from smartapp.workflow.answering import filled
from smartapp.workflow.policy.model import Policy, Topic

QUESTION, LETTER = "question:", "letter:"  # before the code of a template that is no reply


@dataclass(frozen=True)
class Template:
    code: str
    name: str
    texts: tuple[tuple[str, str], ...]  # by language; none where the server has to fill it in
    outcome: str


@dataclass(frozen=True)
class Templates:
    heading: str
    choices: tuple[Template, ...]


@dataclass(frozen=True)
class OutcomeChoice:
    code: str
    text: str
    checked: bool


@dataclass(frozen=True)
class LanguageOfAnswer:
    code: str
    text: str
    checked: bool


@dataclass(frozen=True)
class Preview:
    heading: str
    lang: str
    text: str


@dataclass(frozen=True)
class AnswerForm:
    """Replying and closing. Only for who has the item."""

    action: str
    submission: str
    templates: Templates
    more_label: str
    more: tuple[Templates, ...]
    languages_label: str
    languages: tuple[LanguageOfAnswer, ...]
    language: str
    text_label: str
    text_hint: str
    text: str
    reminder_label: str
    reminds: bool
    outcome_label: str
    outcomes: tuple[OutcomeChoice, ...]
    minutes_label: str
    minutes: str
    send: str
    send_and_close: str
    send_and_wait: str
    close_only: str
    preview_button: str
    preview: Preview | None
    sending: str
    errors: tuple[tuple[str, str], ...]  # field and what is wrong
    fault_heading: str

    def error(self, field: str) -> str:
        return next((what for where, what in self.errors if where == field), "")


@dataclass(frozen=True)
class Answered:
    """What is known when the form is made."""

    policy: Policy
    topic: Topic
    patient_language: str
    known: Mapping[str, str]  # what templates can be filled in with
    posted: Mapping[str, str]


def language_of(answered: Answered) -> str:
    """The one that was chosen, or else the patient's: it is what the patient will read."""
    chosen = answered.posted.get("language", "")
    return chosen if chosen in answered.policy.languages else answered.patient_language


def template_words(answered: Answered, code: str) -> tuple[str, str] | None:
    """The words of a template in the language of the answer, and how it would end the item."""
    language, desk = language_of(answered), answered.policy.desk
    for prefix, letters in ((QUESTION, desk.questions), (LETTER, desk.letters)):
        for letter in letters:
            if code == f"{prefix}{letter.code}":
                return filled(in_locale(letter.text, language), answered.known), ""
    reply = answered.topic.reply(code)
    if reply is None:
        return None
    return filled(in_locale(reply.text, language), answered.known), reply.outcome


def answer_form(
    words: Words,
    answered: Answered,
    *,
    action: str,
    submission: str,
    errors: Sequence[tuple[str, str]],
    preview: str = "",
) -> AnswerForm:
    topic, desk, posted = answered.topic, answered.policy.desk, answered.posted
    language = language_of(answered)
    others = answered.patient_language != words.locale
    return AnswerForm(
        action=action,
        submission=submission,
        templates=Templates(
            words("Start with"),
            tuple(
                _template(words, answered, each.code, each.name, each.text, each.outcome)
                for each in topic.replies
            ),
        ),
        more_label=words("Questions and letters"),
        more=(
            Templates(
                words("Ask the patient"),
                tuple(
                    _template(words, answered, f"{QUESTION}{each.code}", each.name, each.text)
                    for each in desk.questions
                ),
            ),
            Templates(
                words("Send a letter"),
                tuple(
                    Template(f"{LETTER}{each.code}", in_locale(each.name, words.locale), (), "")
                    for each in desk.letters
                ),
            ),
        ),
        languages_label=words("Language of the answer"),
        languages=tuple(
            LanguageOfAnswer(code, LANGUAGE_NAMES.get(code, code), code == language)
            for code in answered.policy.languages
        )
        if others
        else (),
        language=language,
        text_label=words("Your answer. The patient reads this."),
        text_hint=words(
            "The patient reads {language}.", language=words.language(answered.patient_language)
        )
        if others
        else "",
        text=posted.get("text", ""),
        reminder_label=words("Add the reminder about messages"),
        reminds=bool(posted.get("reminder")),
        outcome_label=words("How did it end?"),
        outcomes=tuple(
            OutcomeChoice(
                each.code, in_locale(each.words, words.locale), each.code == posted.get("outcome")
            )
            for each in topic.outcomes
        ),
        minutes_label=words("Minutes spent (optional)"),
        minutes=posted.get("minutes", ""),
        send=words("Send, keep it open"),
        send_and_close=words("Send and close"),
        send_and_wait=words("Send and wait for the patient"),
        close_only=words("Close without an answer"),
        preview_button=words("Preview"),
        preview=Preview(words("The patient will read this"), language, preview)
        if preview
        else None,
        sending=words("Sending. This can take a few seconds. Please wait."),
        errors=tuple(errors),
        fault_heading=words("There is a problem"),
    )


def _template(
    words: Words,
    answered: Answered,
    code: str,
    name: LocalText,
    text: LocalText,
    outcome: str = "",
) -> Template:
    texts = tuple(
        (language, filled(in_locale(text, language), answered.known))
        for language in answered.policy.languages
    )
    return Template(code, in_locale(name, words.locale), texts, outcome)


def answer_faults(words: Words, missing: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Field and sentence for what is still missing in an answer."""
    sentences = {
        "text": ("text", words("Write an answer, or close without one.")),
        "length": ("text", words("Make the answer shorter: 4,000 letters at most.")),
        "not-sent": ("text", words("You wrote an answer. Send it, or clear it before you close.")),
        "gap": ("text", words("Fill in or delete what stands in [ ].")),
        "outcome": ("outcome", words("Choose how it ended.")),
        "minutes": ("minutes", words("Write the minutes as a number, 600 at most.")),
    }
    return tuple(sentences[each] for each in missing)

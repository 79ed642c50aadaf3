"""One form that was sent: when, by whom, what was answered, and whether it can be changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from smartapp.fhir.questionnaire import Attachment
from smartapp.pages.filling import Answered, Section
from smartapp.pages.form import plain_words
from smartapp.pages.form.shelf import sent_files
from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import moment_words
from smartapp.words import Words, in_locale
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.policy.model import Policy


class Since(StrEnum):
    """What became of the form since it was answered."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    REQUEST = "request"  # it never was a form of its own: its answers went with a request


@dataclass(frozen=True)
class SentFormPage:
    shell: Shell
    heading: str
    facts: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    amend_action: str
    amend_note: str
    amend_button: str
    requests: Link | None = None  # where it is followed


def sent_form_page(
    words: Words,
    shell: Shell,
    *,
    title: str,
    sent: AnsweredForm,
    amend_action: str,
    since: Since,
    phone: str,
    requests: str,
    files_at: str = "",
) -> SentFormPage:
    facts = [*sent_when(words, sent)]
    if sent.status == "amended":
        facts.append(words("It was changed after it was sent."))
    if sent.author is not None and sent.author.display:
        facts.append(words("Filled in by {name}.", name=sent.author.display))
    return SentFormPage(
        shell=shell,
        heading=title,
        facts=tuple(facts),
        sections=tuple(_sections(words, sent, files_at)),
        notes=_since_then(words, since, phone),
        amend_action=amend_action if since in {Since.SAME, Since.CHANGED} else "",
        amend_note=words(
            "Is something wrong or has it changed? Your answers are put into a new form. What you "
            "sent stays as it is, and your clinic is told that the new one takes its place."
        ),
        amend_button=words("Change and send again"),
        requests=Link(words("All your requests"), requests) if since is Since.REQUEST else None,
    )


def _since_then(words: Words, since: Since, phone: str) -> tuple[str, ...]:
    said = {
        Since.SAME: (),
        Since.CHANGED: (
            words(
                "Your clinic has changed this form since. These are the questions that you "
                "answered. If you change your answers, they are put into the form as it is now."
            ),
        ),
        Since.REQUEST: (
            words(
                "These answers went to the clinic with your request. If something is wrong or has "
                "changed, open your request and write to us there."
            ),
        ),
        Since.GONE: (
            words(
                "Your clinic does not use this form any more. You can read your answers, and not "
                "change them here. If something is wrong, call {phone}.",
                phone=phone,
            ),
        ),
    }
    return said[since]


def _sections(words: Words, sent: AnsweredForm, files_at: str) -> Iterable[Section]:
    heading, lines = "", list[Answered]()
    for line in sent.lines:
        if line.heading:
            if lines:
                yield Section(heading, tuple(lines))
            heading, lines = line.text, []
        else:
            files = [value for value in line.values if isinstance(value, Attachment)]
            rest = (value for value in line.values if not isinstance(value, Attachment))
            said = ", ".join(plain_words(words, value) for value in rest)
            lines.append(Answered(line.text, said, sent_files(words, files, files_at)))
    if lines or not heading:
        yield Section(heading, tuple(lines))


def title_of_sent(words: Words, policy: Policy, sent: AnsweredForm) -> str:
    """In the language of who reads, where the clinic still has the words."""
    url = sent.questionnaire.partition("|")[0]
    own = policy.forms.by_canonical(url)
    if own:
        return in_locale(own.plan.form.title, words.locale) or words("A form")
    asked = next((e for e in policy.topics.values() if e.questionnaire.url == url), None)
    title = in_locale(asked.words.title, words.locale) if asked else sent.title
    return title or words("A form")


def sent_when(words: Words, sent: AnsweredForm) -> tuple[str, ...]:
    if sent.authored is None:
        return (words("The record does not say when it was sent."),)
    return (words("Sent on {date}", date=moment_words(words, sent.authored)),)

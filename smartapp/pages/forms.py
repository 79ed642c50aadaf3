"""All forms of a patient: asked for, begun, for anyone, and sent; and one that was sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smartapp.fhir.questionnaire import Attachment
from smartapp.fhir.section import Section as Part
from smartapp.pages.filling import Answered, Section
from smartapp.pages.form import plain_words
from smartapp.pages.form.shelf import sent_files
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import moment_words
from smartapp.words import Words, in_locale
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.finding import AskedFor
from smartapp.workflow.forms.fitness import Unfit
from smartapp.workflow.policy.clinic_forms import ClinicForm, ClinicForms
from smartapp.workflow.policy.model import Policy


@dataclass(frozen=True)
class Card:
    title: str
    href: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class CardGroup:
    heading: str
    cards: tuple[Card, ...]
    note: str = ""


@dataclass(frozen=True)
class FormsPage:
    shell: Shell
    heading: str
    intro: str
    trouble: str
    again: Link | None
    groups: tuple[CardGroup, ...]


@dataclass(frozen=True)
class Begun:
    """A form that was begun and not sent."""

    canonical: str
    until: str


def forms_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    clinic: ClinicForms,
    asked: Sequence[AskedFor],
    asked_known: bool,
    begun: Sequence[Begun],
    sent: Part[AnsweredForm],
    private: str = "",
) -> FormsPage:
    elsewhere = {url_of(each.canonical) for each in begun} | {each.url for each in asked}
    mine = [e for e in clinic.forms.values() if e.plan.form.url not in elsewhere]
    first_visit = [each for each in mine if each.first_visit]
    others = [each for each in mine if each.for_anyone and not each.first_visit]
    answered = {each.questionnaire.partition("|")[0] for each in sent.items if each.is_sent}
    groups = (
        CardGroup(
            words("Your clinic asks you to fill in"),
            tuple(_asked_card(words, paths, clinic, each) for each in asked),
        ),
        CardGroup(words("To finish"), tuple(_begun_card(words, paths, clinic, b) for b in begun)),
        CardGroup(
            words("Before your first visit"),
            tuple(_clinic_card(words, paths, each, answered) for each in first_visit),
            words("Fill in these forms in any order. You can stop and go on later."),
        ),
        CardGroup(
            words("Forms for anyone"),
            tuple(_clinic_card(words, paths, each, set()) for each in others),
        ),
        CardGroup(
            words("Sent"),
            tuple(_sent_card(words, paths, clinic, e) for e in sent.items if e.is_sent),
        ),
    )
    nothing_sent = words("Nothing is sent before you have looked at all your answers.")
    missing = [
        *([words("What your clinic asks you to fill in")] if not asked_known else []),
        *([words("The forms that you sent")] if sent.failed else []),
    ]
    return FormsPage(
        shell=shell,
        heading=words("Forms"),
        intro=" ".join(filter(None, (nothing_sent, private))),
        trouble=words("Not all of this page could be loaded: {parts}.", parts=", ".join(missing))
        if missing
        else "",
        again=Link(words("Try again"), paths.forms) if missing else None,
        groups=tuple(group for group in groups if group.cards),
    )


def url_of(canonical: str) -> str:
    return canonical.partition("|")[0]


def _asked_card(words: Words, paths: Paths, clinic: ClinicForms, asked: AskedFor) -> Card:
    own = clinic.by_canonical(asked.canonical)
    title = in_locale(own.plan.form.title, words.locale) if own else asked.title
    return Card(title or words("A form"), paths.form(asked.canonical), _of(own, words))


def _begun_card(words: Words, paths: Paths, clinic: ClinicForms, begun: Begun) -> Card:
    own = clinic.by_canonical(begun.canonical)
    title = in_locale(own.plan.form.title, words.locale) if own else ""
    kept = words("Your answers are kept until {time}. Nothing is sent yet.", time=begun.until)
    return Card(
        title or words("A form"),
        paths.form(begun.canonical),
        (kept if begun.until else words("Kept at your clinic. Nothing is sent yet."),),
    )


def _clinic_card(words: Words, paths: Paths, form: ClinicForm, answered: set[str]) -> Card:
    done = (words("You have sent this form."),) if form.plan.form.url in answered else ()
    title = in_locale(form.plan.form.title, words.locale)
    return Card(title, paths.form(form.canonical), (*_of(form, words), *done))


def _of(form: ClinicForm | None, words: Words) -> tuple[str, ...]:
    return (in_locale(form.hint, words.locale),) if form else ()


def _sent_card(words: Words, paths: Paths, clinic: ClinicForms, sent: AnsweredForm) -> Card:
    return Card(
        title_of_sent(words, clinic, sent), paths.sent_form(sent.reference), _when(words, sent)
    )


def title_of_sent(words: Words, clinic: ClinicForms, sent: AnsweredForm) -> str:
    own = clinic.by_canonical(sent.questionnaire.partition("|")[0])
    title = in_locale(own.plan.form.title, words.locale) if own else sent.title
    return title or words("A form")


def _when(words: Words, sent: AnsweredForm) -> tuple[str, ...]:
    if sent.authored is None:
        return (words("The record does not say when it was sent."),)
    return (words("Sent on {date}", date=moment_words(words, sent.authored)),)


def other_version(words: Words) -> str:
    return words(
        "Your clinic has changed this form since you began. Your answers are kept where the "
        "questions are still there. Please look at all of them again."
    )


# --- one that was sent ----------------------------------------------------------------------------


@dataclass(frozen=True)
class SentFormPage:
    shell: Shell
    heading: str
    facts: tuple[str, ...]
    sections: tuple[Section, ...]
    amend_action: str
    amend_note: str
    amend_button: str


def sent_form_page(
    words: Words,
    shell: Shell,
    *,
    title: str,
    sent: AnsweredForm,
    amend_action: str,
    files_at: str = "",
) -> SentFormPage:
    facts = [*_when(words, sent)]
    if sent.status == "amended":
        facts.append(words("It was changed after it was sent."))
    if sent.author is not None and sent.author.display:
        facts.append(words("Filled in by {name}.", name=sent.author.display))
    return SentFormPage(
        shell=shell,
        heading=title,
        facts=tuple(facts),
        sections=tuple(_sections(words, sent, files_at)),
        amend_action=amend_action,
        amend_note=words(
            "Is something wrong or has it changed? Your answers are put into a new form. What you "
            "sent stays as it is, and your clinic is told that the new one takes its place."
        ),
        amend_button=words("Change and send again"),
    )


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


# --- one that cannot be filled in -----------------------------------------------------------------


@dataclass(frozen=True)
class RefusedFormPage:
    shell: Shell
    heading: str
    why: str
    instead: str
    back: Link
    code: str


def refusal_page(
    words: Words, shell: Shell, paths: Paths, reason: str, policy: Policy
) -> RefusedFormPage:
    said = {
        Unfit.NOT_ACTIVE: words("Your clinic does not use this form any more."),
        Unfit.NOT_NOW: words("This form is not for this time."),
        Unfit.NOT_FOR_PATIENTS: words("This form is not for patients to fill in."),
        Unfit.SIGNATURE: words("This form has to be signed in a way that is not possible here."),
        Unfit.FILE: words("It needs a kind of file that cannot be sent here."),
        "not-found": words("This form is not there any more."),
    }
    return RefusedFormPage(
        shell=shell,
        heading=words("This form cannot be filled in here"),
        why=said.get(reason, words("It asks in a way that does not work in this app.")),
        instead=words(
            "Please call {phone}. You can fill it in at the clinic.", phone=policy.phones.clinic
        ),
        back=Link(words("All forms"), paths.forms),
        code=words("If you call, say this: {reason}", reason=reason),
    )

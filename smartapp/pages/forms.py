"""All forms of a patient: asked for, begun, for anyone, and sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from smartapp.fhir.section import Section as Part
from smartapp.pages.first_visit import progress_words
from smartapp.pages.form_sent import sent_when, title_of_sent
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import moment_words
from smartapp.words import Words, in_locale
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.forms.asked_for import AskedFor
from smartapp.workflow.forms.first_visit import FirstVisit
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
    title: str = ""


def forms_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    policy: Policy,
    asked: Sequence[AskedFor],
    asked_known: bool,
    begun: Sequence[Begun],
    sent: Part[AnsweredForm],
    first_visit: FirstVisit,
    still_open: Collection[str] = (),
    private: str = "",
) -> FormsPage:
    clinic = policy.forms
    elsewhere = {url_of(each.canonical) for each in begun} | {each.url for each in asked}
    mine = [e for e in clinic.forms.values() if e.plan.form.url not in elsewhere]
    others = [each for each in mine if each.for_anyone and not each.first_visit]
    shown = [each for each in sent.items if each.is_sent]
    kept = {url_of(each.canonical): each for each in begun}
    alone = kept.keys() - {each.url for each in asked}
    groups = (
        CardGroup(
            words("Your clinic asks you to fill in"),
            tuple(_asked_card(words, paths, clinic, each, kept.get(each.url)) for each in asked),
        ),
        CardGroup(
            words("To finish"),
            tuple(_begun_card(words, paths, clinic, b) for url, b in kept.items() if url in alone),
        ),
        CardGroup(words("Before your first visit"), tuple(_visit_cards(words, paths, first_visit))),
        CardGroup(
            words("Forms for anyone"),
            (*(_clinic_card(words, paths, each) for each in others), _readings_card(words, paths)),
        ),
        CardGroup(
            words("Sent"),
            tuple(
                _sent_card(words, paths, policy, e, _is_open(e, shown, still_open)) for e in shown
            ),
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


def _visit_cards(words: Words, paths: Paths, visit: FirstVisit) -> Iterable[Card]:
    """Until all of them are sent: then each stands among those that were sent."""
    if visit.next is not None:
        yield Card(
            words("Papers for your first visit"),
            paths.first_visit,
            (progress_words(words, visit),),
        )


def _is_open(
    sent: AnsweredForm, shown: Sequence[AnsweredForm], still_open: Collection[str]
) -> bool:
    """The newest one of a form whose Task does not know yet that it was sent."""
    url = url_of(sent.questionnaire)
    return url in still_open and next((e for e in shown if e.is_about(url)), None) is sent


def _asked_card(
    words: Words, paths: Paths, clinic: ClinicForms, asked: AskedFor, begun: Begun | None
) -> Card:
    """What was begun of it is said here, and leads to what was begun."""
    own = clinic.by_canonical(asked.canonical)
    title = in_locale(own.plan.form.title, words.locale) if own else asked.title
    due = asked.due
    wanted = (words("Please send it by {date}.", date=moment_words(words, due)),) if due else ()
    lines = (*_of(own, words), *wanted, *((_kept_words(words, begun),) if begun else ()))
    address = paths.form(begun.canonical if begun else asked.canonical)
    return Card(title or words("A form"), address, lines)


def _begun_card(words: Words, paths: Paths, clinic: ClinicForms, begun: Begun) -> Card:
    own = clinic.by_canonical(begun.canonical)
    title = in_locale(own.plan.form.title, words.locale) if own else begun.title
    lines = (_kept_words(words, begun),)
    return Card(title or words("A form"), paths.form(begun.canonical), lines)


def _kept_words(words: Words, begun: Begun) -> str:
    if not begun.until:
        return words("Kept at your clinic. Nothing is sent yet.")
    return words("Your answers are kept until {time}. Nothing is sent yet.", time=begun.until)


def _clinic_card(words: Words, paths: Paths, form: ClinicForm) -> Card:
    title = in_locale(form.plan.form.title, words.locale)
    return Card(title, paths.form(form.canonical), _of(form, words))


def _readings_card(words: Words, paths: Paths) -> Card:
    """They have a page of their own, which a form would only repeat."""
    return Card(
        words("Home readings"),
        paths.page("readings"),
        (words("Blood pressure, weight and more that you measured at home."),),
    )


def _of(form: ClinicForm | None, words: Words) -> tuple[str, ...]:
    return (in_locale(form.hint, words.locale),) if form else ()


def _sent_card(
    words: Words, paths: Paths, policy: Policy, sent: AnsweredForm, is_open: bool
) -> Card:
    note = words(
        "Your clinic has it. Its list may show this form as open until somebody has looked at it."
    )
    lines = (*sent_when(words, sent), *((note,) if is_open else ()))
    return Card(title_of_sent(words, policy, sent), paths.sent_form(sent.reference), lines)

"""What stands around every page: the app's name, whose record this is, languages, signing out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.people import Patient
from smartapp.pages.session_time import SessionTime
from smartapp.pages.when import day_words
from smartapp.words import LOCALES, Words

LANGUAGE_NAMES = {"en": "English", "es": "Español"}


@dataclass(frozen=True)
class Link:
    text: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class LanguageChoice:
    code: str
    name: str
    current: bool


@dataclass(frozen=True)
class Whose:
    """The banner that says whose record is open. It is on every page that shows any of it."""

    name: str
    facts: tuple[str, ...]
    other: bool  # the person who reads is not the person whose record it is
    note: str


@dataclass(frozen=True)
class Notice:
    """What just happened, at the top of the page."""

    title: str
    text: str
    success: bool = False
    undo: Undo | None = None


@dataclass(frozen=True)
class Undo:
    """Takes back what was just done, for a moment."""

    action: str
    what: str  # sealed: nothing can be read from it
    button: str
    notes: tuple[str, ...] = ()  # what it does not take back


@dataclass(frozen=True)
class Labels:
    """Small words of the shell, in the language of the page."""

    skip: str
    languages: str
    sections: str
    whose: str
    sign_out: str
    important: str
    success: str
    error: str
    menu: str


@dataclass(frozen=True)
class Shell:
    title: str
    app_name: str
    locale: str
    languages: tuple[LanguageChoice, ...]
    language_action: str
    labels: Labels
    home: str = "/"
    navigation: tuple[Link, ...] = ()
    unread: str = ""  # where new answers are counted
    whose: Whose | None = None
    person: str = ""
    sign_out: str = ""
    csrf: str = ""
    wide: bool = False
    notice: Notice | None = None
    back: Link | None = None
    footer: str = ""
    style: str = ""  # the address of the EHR's colours, where it states any
    session: SessionTime | None = None
    switch: Link | None = None  # to the record of another person, by the EHR's own choice
    own_window: Link | None = None  # the way out of the EHR's frame
    manage: Link | None = None  # where a patient sees which apps may see the record
    begun: bool = False  # its opening was sent before it was known whose record it is

    @property
    def window_title(self) -> str:
        """What went wrong comes first: it is the first that a screen reader says."""
        wrong = self.notice.title if self.notice and not self.notice.success else ""
        app = self.app_name if self.title != self.app_name else ""
        return " – ".join(part for part in (wrong, self.title, app) if part)


def shell(
    words: Words,
    *,
    app_name: str,
    title: str,
    language_action: str = "/language",
    failing: bool = False,
    languages: Sequence[str] = LOCALES,
    **rest: object,
) -> Shell:
    """The shell of a page. A page with mistakes says so first, in the title."""
    return Shell(
        title=words("Error: {title}", title=title) if failing else title,
        app_name=app_name,
        locale=words.locale,
        languages=tuple(
            LanguageChoice(code, LANGUAGE_NAMES[code], code == words.locale) for code in languages
        ),
        language_action=language_action,
        labels=Labels(
            skip=words("Skip to the main part"),
            languages=words("Language"),
            sections=words("Pages"),
            whose=words("Whose record this is"),
            sign_out=words("Sign out"),
            important=words("Important"),
            success=words("Done"),
            error=words("There is a problem"),
            menu=words("Menu"),
        ),
        **rest,  # type: ignore[arg-type]  # the names are those of Shell; a wrong one fails at once
    )


def whose_record(
    words: Words, patient: Patient, *, other: str = "", until: FhirDate | None = None
) -> Whose:
    """`other` is the relationship of someone who acts for the patient, or empty; `until` is when
    that ends, where the record states it.
    """
    facts = []
    if patient.birth_date is not None:
        facts.append(words("Born {date}", date=day_words(words, patient.birth_date)))
    else:
        facts.append(words("Date of birth not in the record"))
    if patient.record_number:
        facts.append(words("Record number {number}", number=patient.record_number))
    return Whose(
        name=patient.name or words("Name not in the record"),
        facts=tuple(facts),
        other=bool(other),
        note=_acting(words, other, until) if other else "",
    )


def _acting(words: Words, relationship: str, until: FhirDate | None) -> str:
    if until is None:
        return words("You are acting for this person ({relationship}).", relationship=relationship)
    return words(
        "You are acting for this person ({relationship}) until {date}.",
        relationship=relationship,
        date=day_words(words, until),
    )

"""The front page: what this is, which clinic, and how staff get in. Never a dead end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.pages.shell import Link, Shell, shell
from smartapp.words import Words

MOST_NAMES = 5


@dataclass(frozen=True)
class ClinicCard:
    """A clinic to choose, with what people may know it by."""

    link: Link
    known_as: str = ""
    logo: str = ""


@dataclass(frozen=True)
class WelcomePage:
    shell: Shell
    heading: str
    lead: str
    choose: str
    clinics: tuple[ClinicCard, ...]
    not_connected: str
    no_clinics: str
    can_heading: str
    can: tuple[str, ...]
    urgent_heading: str
    urgent: str
    staff_heading: str
    staff: str


def welcome_page(
    words: Words,
    *,
    app_name: str,
    clinics: tuple[ClinicCard, ...],
    not_connected: tuple[str, ...] = (),
    urgent: str,
) -> WelcomePage:
    return WelcomePage(
        shell=shell(words, app_name=app_name, title=app_name),
        heading=app_name,
        lead=words("See your medicines, ask for a refill, and follow what happens to it."),
        choose=words("Choose your clinic to sign in"),
        clinics=clinics,
        not_connected=_not_connected(words, not_connected),
        no_clinics=words("No clinic is set up for patients here yet. Call your clinic instead."),
        can_heading=words("What you can do here"),
        can=(
            words("See which medicines your clinic has ordered for you."),
            words("Ask for a refill. You get a receipt that shows it arrived."),
            words("See who has your request, and by when you get an answer."),
        ),
        urgent_heading=words("Do you need help now?"),
        urgent=urgent,
        staff_heading=words("Do you work at the clinic?"),
        staff=words("Open this app from a patient’s chart or the worklist in your EHR."),
    )


def clinic_card(
    words: Words, *, name: str, href: str, also: Sequence[str], city: str, logo: str
) -> ClinicCard:
    others = ", ".join(also[:MOST_NAMES])
    parts = [city, words("also known as {names}", names=others) if others else ""]
    return ClinicCard(
        link=Link(words("Sign in with {clinic}", clinic=name), href),
        known_as=" – ".join(part for part in parts if part),
        logo=logo,
    )


def _not_connected(words: Words, names: Sequence[str]) -> str:
    """So that nobody looks for their hospital in vain."""
    if not names:
        return ""
    named = ", ".join(names[:MOST_NAMES])
    return words("These places do not work with this app yet: {names}.", names=named)

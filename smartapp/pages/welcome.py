"""The front page: what this is, which clinic, and how staff get in. Never a dead end."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.shell import Link, Shell, shell
from smartapp.words import Words


@dataclass(frozen=True)
class WelcomePage:
    shell: Shell
    heading: str
    lead: str
    choose: str
    clinics: tuple[Link, ...]
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
    clinics: tuple[Link, ...],
    urgent: str,
) -> WelcomePage:
    return WelcomePage(
        shell=shell(words, app_name=app_name, title=app_name),
        heading=app_name,
        lead=words("See your medicines, ask for a refill, and follow what happens to it."),
        choose=words("Choose your clinic to sign in"),
        clinics=tuple(
            Link(words("Sign in with {clinic}", clinic=each.text), each.href) for each in clinics
        ),
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

"""Who can see what, in plain words, and how to ask for a change."""

from __future__ import annotations

from flask import Blueprint

from smartapp.launch import Role
from smartapp.pages import access as pages
from smartapp.pages.shell import Link
from smartapp.pages.when import day_words
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import read, showing
from smartapp.views.show import patient_shell, relationship, show
from smartapp.words import in_locale
from smartapp.workflow.record.care import CONSENTS, PROXIES

bp = Blueprint("access", __name__, url_prefix="/l/<lid>")


@bp.get("/access")
@requires_launch(Role.PATIENT)
def access(here: Here) -> View:
    got, at = read(here, CONSENTS, PROXIES), showing(here, "access")
    words, policy, launched = here.words, here.services.policy, here.active.launched
    can_ask = here.can_ask and "proxy-access" in policy.topics
    rule = here.teen_rule
    title = words("Who can see your record")
    page = pages.AccessPage(
        shell=patient_shell(here, title, got.patient),
        heading=title,
        lead=words("This is what the record and your sign-in say."),
        who=_who(here, relationship(here, got.patient)),
        app_heading=words("What this app can see"),
        sees=pages.seen(words, here.gate.scopes),
        writes_heading=words("What this app can write"),
        writes=pages.written(words, here.gate.scopes),
        keeps=words(
            "This app keeps nothing of your record. It reads it from your clinic’s system "
            "each time you open a page."
        ),
        end=words(
            "To take this back, sign out. To let the app see more or less, sign in again and "
            "choose then."
        ),
        manage=Link(words("See which apps can open your record"), launched.management_url)
        if launched.management_url
        else None,
        private=in_locale(rule.explained, words.locale) if rule else "",
        blocks=(
            pages.proxies_block(at, got[PROXIES], here.now),
            pages.consents_block(at, got[CONSENTS], here.now),
        ),
        ask=Link(words("Ask to change who has access"), here.paths.asking("proxy-access"))
        if can_ask
        else None,
        ask_note=""
        if can_ask
        else words("To change it, call the clinic at {phone}.", phone=policy.phones.clinic),
    )
    return show("access", page)


def _who(here: Here, related: str) -> str:
    words = here.words
    if not related:
        return words("You are signed in for yourself.")
    until = here.acting.until if here.acting else None
    if until is None:
        return words(
            "You act for this person ({relationship}). The record states no end.",
            relationship=related,
        )
    return words(
        "You act for this person ({relationship}) until {date}.",
        relationship=related,
        date=day_words(words, until),
    )

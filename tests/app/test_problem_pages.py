"""What goes wrong has a page: in plain words, with a status, a support code and a way on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from smartapp import errors
from smartapp.audit import AuditTrail
from smartapp.errors import SmartappError
from smartapp.pages.problem import explain
from smartapp.sessions.drafts import Drafts
from smartapp.sessions.launches import Launches
from smartapp.sessions.outbox import Outbox
from smartapp.sessions.store import open_store
from smartapp.sessions.vault import Vault
from smartapp.views.errors import STATUSES
from smartapp.words import LOCALES, words_for
from tests.app.browser import Browser
from tests.app.page import Page
from tests.app.people import PLAIN, Patient
from tests.app.world import World

# These stop the start, so no page ever meets them.
AT_START = {errors.ProblemsFound, errors.ConfigurationError, errors.PolicyError}
# A mistake of our own has no better explanation than that.
OUR_OWN = {"unexpected", "write-invalid"}


def failures(kind: type[SmartappError] = SmartappError) -> Iterator[type[SmartappError]]:
    for each in kind.__subclasses__():
        if each.__module__ == errors.__name__ and each not in AT_START:
            yield each
            yield from failures(each)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_failure_that_has_a_name_has_an_explanation(locale: str) -> None:
    words = words_for(locale)
    unexplained = explain(words, "unexpected")
    codes = {each.code for each in failures()} - OUR_OWN
    assert len(codes) > 30

    missing = {code for code in codes if explain(words, code) == unexplained}
    assert missing == set()


def test_every_explanation_says_what_happened_what_is_safe_and_what_to_do() -> None:
    for locale in LOCALES:
        for code in {each.code for each in failures()}:
            found = explain(words_for(locale), code)
            assert found.heading
            assert found.what_happened
            assert found.nothing_lost
            assert found.to_do


def test_every_failure_has_a_status() -> None:
    """Only our own mistakes are a plain 500."""
    without = {
        each.__name__
        for each in failures()
        if not any(issubclass(each, kind) for kind, _ in STATUSES)
    }

    assert without == {"InvalidResource"}


def test_the_first_status_that_fits_is_not_one_of_a_wider_failure() -> None:
    seen: list[type[SmartappError]] = []
    for kind, _ in STATUSES:
        assert not any(issubclass(kind, wider) for wider in seen), kind
        seen.append(kind)


# --- in the app -------------------------------------------------------------------------------


def shows_a_way_on(page: Page) -> None:
    assert "What you can do" in page.text
    assert "If you call for help, read out this code:" in page.text


@pytest.mark.parametrize("address", ["/nowhere", "/l", "/l/x/y/z", "/callback", "/keys", "/%00"])
def test_a_page_that_is_not_there_says_so(world: World, address: str) -> None:
    page = world.browser().get(address, status=404)

    assert page.headings == ("This page is not here",)
    shows_a_way_on(page)


def test_the_pages_are_in_the_language_of_the_browser(world: World) -> None:
    page = world.browser(language="es-US").get("/nowhere", status=404)

    assert page.lang == "es"
    assert page.headings == ("Esta página no está aquí",)


def test_the_support_code_leads_to_the_log(world: World) -> None:
    page = world.browser().get("/launch", status=400)
    code = page.text.rpartition("read out this code: ")[2].split()[0]
    name, _, request = code.rpartition("-")

    assert name == "launch-incomplete"
    assert any(
        line["request_id"].startswith(request) and line["code"] == name
        for line in world.log.events("failed")
    )


def test_inside_a_session_the_way_on_leads_back_into_it(patient: Patient) -> None:
    patient.logs_in("james")
    page = patient.go("requests/nothing", status=404)

    shows_a_way_on(page)
    assert page.link("Go to the start page").endswith(f"{patient.home}/")
    for form in page.forms:
        assert patient.home in form.action
    assert patient.browser.click("Go to the start page").headings == ("Hello, James Alan Carter",)


def test_a_mistake_of_our_own_is_a_page_that_says_nothing_about_anybody(
    world: World, patient: Patient
) -> None:
    world.mishaps = True
    patient.logs_in("james")

    def broken() -> str:
        raise ValueError("canary-of-a-mistake James Carter")

    world.app.view_functions["public.welcome"] = broken
    page = patient.browser.get("/", status=500)
    assert page.headings == ("Something went wrong on our side",)
    assert "canary" not in page.html
    assert "canary" not in "\n".join(world.log.lines)
    (logged,) = world.log.events("unexpected")
    assert logged["error"] == ["builtins.ValueError"]
    shows_a_way_on(page)


def test_when_even_the_page_for_it_is_broken_there_is_a_sentence(world: World) -> None:
    world.mishaps = True
    _break_templates(world.app)
    answer = world.browser().ask("GET", "/")

    assert answer.status_code == 500
    assert "call the clinic" in answer.text
    assert "llame a la clínica" in answer.text


def _break_templates(app: Flask) -> None:
    def nothing(*_: object, **__: object) -> str:
        raise RuntimeError("no templates today")

    app.jinja_env.get_or_select_template = nothing  # type: ignore[method-assign]  # as a broken disk


# --- a part of the app itself is down ---------------------------------------------------------


def test_without_the_audit_nothing_is_shown_and_nothing_is_sent(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril", more="My own words")
    down = in_the_same_browser(_without_audit(world), patient)
    page = down.get(f"{patient.home}/medicines", status=503)
    assert page.headings == ("The app is not available for a moment",)
    assert "lisinopril" not in page.text
    page = down.submit(check.form("/send"), status=503)
    assert "look at your requests to see whether it arrived" in page.text
    assert world.written("Communication") == []

    receipt = patient.sends(check)
    assert "The clinic has your request" in receipt.text
    assert len(world.written("Communication")) == 1


def _without_audit(world: World) -> World:
    """As on a disk that is gone: no folder can be made there."""
    lost = world.audit_folder.with_name("file")
    lost.write_text("")
    trail = AuditTrail(lost / "audit", world.services.settings.secret_keys[0])
    return world.with_services(audit=trail)


def in_the_same_browser(world: World, patient: Patient) -> Browser:
    """The same person, whose next request meets another worker."""
    browser = world.browser()
    browser.cookies, browser.visited = patient.browser.cookies, patient.browser.visited
    return browser


def test_what_was_typed_is_given_back_when_the_store_is_down(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril").form("/refill")
    browser = in_the_same_browser(_without_store(world), patient)

    page = browser.submit(form, {**PLAIN, "more": "Ouch", "then": "check"}, status=503)
    assert page.headings == ("The app is not available for a moment",)
    assert "Ouch" in page.text
    assert browser.ask("GET", "/readyz").status_code == 503
    assert browser.ask("GET", "/healthz").status_code == 200


def _without_store(world: World) -> World:
    store = open_store("redis://127.0.0.1:1/0")  # nothing listens there
    vault = Vault(world.services.settings.secret_keys)
    return world.with_services(
        store=store,
        launches=Launches(store, vault),
        drafts=Drafts(store, vault),
        outbox=Outbox(store, vault),
    )


def test_another_site_gets_nothing_of_what_it_made_a_browser_send(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril").form("/refill")
    forged = {"Sec-Fetch-Site": "cross-site"}

    page = patient.browser.post(
        form.action, {**form.fields, "more": "planted words"}, headers=forged, status=403
    )
    assert "planted words" not in page.text


def test_one_word_is_given_back_too(patient: Patient) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril").form("/refill")
    fields = {**form.fields, "more": "Ouch", "csrf_token": "too old"}

    page = patient.browser.post(form.action, fields, status=403)
    assert "Ouch" in page.text
    assert PLAIN["supply-left"] not in page.text


def test_when_the_ehr_does_not_answer_the_page_is_one_tap_away_and_so_is_the_phone(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    world.fails({"match": {}, "fault": {"kind": "status", "status": 503}})
    page = patient.go("medicines", status=502)

    assert "If it is urgent, call the clinic at 312-555-0142." in page.text
    assert "tel:3125550142" in page.html
    assert page.link("Go to the start page")
    world.recovers()
    again = patient.browser.click("Load the page again")
    assert again.headings[0] == "Your medicines"


def test_what_is_sent_bit_by_bit_goes_by_the_name_of_its_request(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    patient.go("start")
    shown = [each for each in world.events("record.view") if len(each.get("req_id", "")) == 32]

    assert shown == world.events("record.view")
    (served, *_) = [each for each in world.log.events("served") if each["route"] == "home.home"]
    assert served["request_id"] in {each["req_id"] for each in shown}

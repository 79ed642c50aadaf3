"""An EHR that lies, and a browser that lies: what they get the app to do is nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, get_args
from urllib.parse import urlencode, urlsplit

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.test import Client

from sandbox.faults.orders import Forgery
from tests.app import people
from tests.app.browser import Browser, query_of
from tests.app.launching import TOKEN, callback, says_so_and_offers_a_way_on
from tests.app.people import Patient
from tests.app.wire import connections
from tests.app.world import Json, World, opened

MINE = ("state", "nonce", "code_challenge")  # another one for each launch
CRAWLED = 60


def pinned(config: Json) -> None:
    """As in production."""
    for each in config["ehrs"]:
        origin = each["iss"].removesuffix("/fhir")
        each |= {"authorization_origin": origin, "token_origin": origin}


@pytest.fixture(scope="module")
def canary() -> Iterator[HTTPServer]:
    """A host that nobody has any business with."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened(changed=pinned) as world:
        yield world


@pytest.fixture
def world(shared: World, canary: HTTPServer) -> Iterator[World]:
    shared.forgets_what_was_asked()
    yield shared
    shared.recovers()
    heard = [request.url for request, _ in canary.log]
    canary.clear_log()
    assert heard == []


# --- forged identities ------------------------------------------------------------------------


@pytest.mark.smart(72, 73)
@pytest.mark.parametrize("how", get_args(Forgery))
def test_a_forged_identity_gets_nobody_in(
    world: World, patient: Patient, canary: HTTPServer, how: str
) -> None:
    assert len(get_args(Forgery)) == 14
    address = callback(patient)
    forged = {"kind": "forged", "how": how, "canary": canary.url_for("/keys.json")}
    world.fails({"match": {"path": TOKEN}, "fault": forged})

    page = patient.browser.get(address, status=400)

    says_so_and_offers_a_way_on(page, "Your clinic’s system is not answering as it should")
    assert patient.browser.sessions == {}
    assert not world.asked("GET", "/fhir/Patient")


# --- false headers ----------------------------------------------------------------------------

SPOOFED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Uri": "/evil",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "X-Host": "evil.example",
    "X-HTTP-Host-Override": "evil.example",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "host=evil.example;proto=https;for=203.0.113.9",
    "Referer": "https://evil.example/",
    "Origin": "https://evil.example",
}


def authorize_address(browser: Browser, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    address = browser.ask("GET", "/launch/sandbox-patients", headers=headers).headers["Location"]
    asked = query_of(address)
    return address.partition("?")[0], {k: v for k, v in asked.items() if k not in MINE}


@pytest.mark.smart(12, 13)
def test_no_false_header_changes_where_people_are_sent(world: World) -> None:
    assert len(SPOOFED) >= 12
    browser = world.browser()
    honest = authorize_address(browser, {})

    for name, value in SPOOFED.items():
        assert authorize_address(browser, {name: value}) == honest, name
    assert authorize_address(browser, SPOOFED) == honest


@pytest.mark.smart(7)
@pytest.mark.parametrize("name", ["next", "redirect", "redirect_uri", "return_to", "url", "iss"])
def test_no_parameter_sends_people_elsewhere(world: World, patient: Patient, name: str) -> None:
    evil = "https://evil.example/"
    start = patient.browser.ask("GET", f"/launch/sandbox-patients?{urlencode({name: evil})}")
    assert start.headers["Location"].startswith(world.running.addresses.authorize)
    assert "evil" not in start.headers["Location"]
    if name == "iss":
        return  # on the way back it is compared, and then refused
    address = f"{callback(patient)}&{urlencode({name: evil})}"
    assert patient.browser.ask("GET", address).headers["Location"].startswith("/l/")


# --- a canary in every field that leads somewhere ---------------------------------------------


def poison(world: World, canary: HTTPServer, patient: str) -> list[Json]:
    """The record, the answers around it, and what the server says about itself."""
    place = canary.url_for("").rstrip("/")
    ehr = Client(world.running.app)
    local: Any = {"environ_overrides": {"REMOTE_ADDR": "127.0.0.1"}}
    said = ehr.post("/canary", json={"patient": patient, "address": place}, **local)
    assert said.status_code == 200, said.text
    rules: list[Json] = [
        {name: rule[name] for name in ("match", "fault")} for rule in world.faults()
    ]
    endpoints = {
        name: f"{place}/{name}"
        for name in ("introspection_endpoint", "revocation_endpoint", "management_endpoint")
    }
    brands = {
        "user_access_brand_bundle": f"{place}/brands",
        "smart_app_state_endpoint": f"{place}/state",
        "registration_endpoint": f"{place}/register",
        "associated_endpoints": [
            {"url": f"{place}/associated", "capabilities": ["smart-app-state"]}
        ],
    }
    discovery = {"path": "smart-configuration"}
    details = [{"type": "smart_on_fhir", "locations": [f"{place}/fhir"]}]
    more = {"authorization_details": details, "error_uri": f"{place}/error"}
    return [
        *rules,
        {"match": discovery, "fault": {"kind": "edited", "set": endpoints | brands}},
        {"match": {"path": TOKEN}, "fault": {"kind": "edited", "set": more}},
        {"match": {"path": TOKEN}, "fault": {"kind": "claims", "set": {"picture": f"{place}/me"}}},
    ]


def crawl(browser: Browser, start: str) -> int:
    """Every page that a link leads to, and each form only looked at."""
    waiting, seen = deque([start]), {start}
    while waiting and len(seen) < CRAWLED:
        answer = browser.ask("GET", waiting.popleft())
        if "text/html" not in answer.content_type or answer.status_code >= 300:
            continue
        with suppress(AssertionError):  # what a poisoned page looks like is another test's affair
            page = browser._shown(answer, answer.status_code)
            for _, href in page.links:
                path = urlsplit(href).path
                if path.startswith("/l/") and path not in seen:
                    seen.add(path)
                    waiting.append(path)
    return len(seen)


@pytest.mark.smart(61, 66, 91, 94, 131, 132)
def test_a_host_that_every_document_names_hears_nothing(canary: HTTPServer) -> None:
    with opened(changed=pinned) as world, connections() as made:
        links, *rest = poison(world, canary, "james-carter")
        world.fails(links, *rest)
        world.browser().get("/")
        patient = people.patient(world)
        patient.logs_in("james")
        pages = crawl(patient.browser, f"{patient.home}/start")
        struck = world.faults()[0]["hits"]
        # With a page of the list missing nothing can be asked for, so only what a write brings.
        world.fails({**links, "fault": {**links["fault"], "only": "Location"}}, *rest)
        patient.asks_for("lisinopril")
        nurse = people.staff(world)
        nurse.opens("tom", "james-carter")
        pages += crawl(nurse.browser, f"{nurse.home}/queue")
        for each in (patient, nurse):
            each.browser.ask("POST", f"{each.home}/sign-out", fields={})
            home = each.browser.get(f"{each.home}/", status=200)
            each.browser.submit(home.form("/sign-out"))

        assert struck > 0
        assert pages >= 6
        assert [request.url for request, _ in canary.log] == []
        canary_port = f", {canary.port})"
        assert not [each for each in made if canary_port in each]
        assert world.faults()[0]["hits"] > 0, "a Location that leads to the canary"


@pytest.mark.smart(1, 73)
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"])
def test_a_server_that_suddenly_names_another_host_is_not_followed(
    world: World, canary: HTTPServer, name: str
) -> None:
    elsewhere = {name: canary.url_for(f"/{name}")}
    rule = {"path": "smart-configuration"}
    world.fails({"match": rule, "fault": {"kind": "edited", "set": elsewhere}})
    fresh = world.another_worker()  # that remembers nothing

    page = fresh.browser().get("/launch/sandbox-patients", status=400)

    says_so_and_offers_a_way_on(page, "The answer came from the wrong system")
    assert "launch-mixed-up" in str(world.events("launch.deny")[-1])


# --- launches that nobody asked for -----------------------------------------------------------


@pytest.mark.smart(26)
def test_launches_from_other_sites_leave_an_open_session_as_it_is(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    held = dict(patient.browser.sessions)
    iss = world.running.addresses.fhir
    for number in range(20):
        query = urlencode({"iss": iss, "launch": f"somebody-elses-{number}"})
        answer = patient.browser.ask(
            "GET", f"/launch?{query}", headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 303

    assert patient.browser.sessions == held
    assert patient.go("start").headings == ("Hello, James Alan Carter",)


@pytest.mark.smart(26)
@pytest.mark.parametrize("destination", ["image", "script", "style", "empty", "object", "audio"])
def test_what_is_no_window_and_no_frame_launches_nothing(world: World, destination: str) -> None:
    query = urlencode({"iss": world.running.addresses.fhir, "launch": "x"})
    before = len(world.asked())
    for address in (f"/launch?{query}", "/launch/sandbox-patients", "/callback/sandbox-patients"):
        answer = world.browser().ask("GET", address, headers={"Sec-Fetch-Dest": destination})
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers
    assert len(world.asked()) == before

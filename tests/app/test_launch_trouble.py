"""Launches that must not succeed: strangers, false headers, the wrong people, EHRs in trouble."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from smartapp.transport import Limits
from tests.app import people
from tests.app.browser import query_of
from tests.app.launching import TOKEN, callback, says_so_and_offers_a_way_on
from tests.app.people import Patient
from tests.app.wire import connections
from tests.app.world import APP, Json, World, opened


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    """One for all: nothing is written here. Faults and the ledger are each test's own."""
    shared.forgets_what_was_asked()
    yield shared
    shared.recovers()


# --- who is asked, and who is not -------------------------------------------------------------


def hostile_issuers(base: str) -> list[str]:
    host = urlsplit(base).netloc
    twisted = [
        f"{base}/..",
        f"{base}/../evil",
        f"{base}//",
        f"{base}?x=1",
        f"{base}#x",
        f"{base}%2f..%2fevil",
        f"{base}\\evil",
        f"{base};x",
        f" {base}",
        f"{base} ",
        f"{base}\t",
        f"{base}\x00",
        f"{base}\r\nX: y",
        base.upper(),
        base.replace("http://", "HTTP://"),
        base.replace("http://", "https://"),
        base.replace("http://", "//"),
        base.replace("http://", ""),
        base.replace("/fhir", "/FHIR"),
        base.replace("/fhir", "/fhi"),
        base.replace("/fhir", "/fhir2"),
        base.replace("/fhir", "/%66hir"),
        base.replace("/fhir", "/fhir/."),
        base.replace("/fhir", ""),
        f"http://{host}@evil.example/fhir",
        f"http://evil.example@{host}/fhir",
        f"http://user:word@{host}/fhir",
        f"http://{host}.evil.example/fhir",
        f"http://evil.example/{host}/fhir",
        f"http://evil.example?{base}",
        f"http://evil.example#{base}",
        f"http://evil.example/{base}",
        base.replace("127.0.0.1", "localhost"),
        base.replace("127.0.0.1", "127.1"),
        base.replace("127.0.0.1", "2130706433"),
        base.replace("127.0.0.1", "0x7f.1"),
        base.replace("127.0.0.1", "0177.0.0.1"),
        base.replace("127.0.0.1", "[::1]"),
        base.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        base.replace("127.0.0.1", "127.0.0.1."),
        base.replace("127.0.0.1", "１２７.0.0.1"),
        base.replace(host, "127.0.0.1:80"),
        base.replace(host, "127.0.0.1:6379"),
    ]
    elsewhere = [
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.google.internal/",
        "http://[fd00:ec2::254]/",
        "http://0.0.0.0/",
        "http://evil.example/fhir",
        "https://evil.example/fhir",
        "https://xn--vil-hoa.example/fhir",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "ftp://127.0.0.1/",
        "unix:///var/run/docker.sock",
        "javascript:alert(1)",
        "data:text/plain,x",
        "ldap://evil.example",
        "http://",
        "x",
        "null",
        "é" * 100,
        "x" * 20_000,
    ]
    return [*twisted, *elsewhere]


@pytest.mark.smart(25)
def test_an_issuer_that_was_not_configured_is_never_contacted(world: World) -> None:
    issuers = hostile_issuers(world.running.addresses.fhir)
    assert len(issuers) >= 60
    browser = world.browser(framed=True)
    with connections() as made:
        for iss in issuers:
            page = browser.get(f"/launch?{urlencode({'iss': iss, 'launch': 'x'})}", status=400)
            says_so_and_offers_a_way_on(page, "This clinic is not set up here")
            assert iss == "x" or iss not in page.html

    assert made == []
    assert len(world.events("launch.deny")) >= len(issuers)


@pytest.mark.parametrize("query", ["", "launch=x", "iss=", "iss=&launch=x"])
def test_a_launch_without_an_issuer_says_what_is_wrong(world: World, query: str) -> None:
    page = world.browser(framed=True).get(f"/launch?{query}", status=400)

    says_so_and_offers_a_way_on(page, "Something was missing when the app was opened")


def test_a_launch_without_its_value_says_what_is_wrong(world: World) -> None:
    query = urlencode({"iss": world.running.addresses.fhir})
    page = world.browser(framed=True).get(f"/launch?{query}", status=400)

    says_so_and_offers_a_way_on(page, "Something was missing when the app was opened")


SPOOFED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Server": "evil.example",
    "X-Original-URL": "/evil",
    "Forwarded": "host=evil.example;proto=https;for=203.0.113.9",
}


@pytest.mark.smart(13)
def test_no_address_is_made_from_the_headers_of_a_request(world: World) -> None:
    browser = world.browser()
    leaving = browser.ask("GET", "/launch/sandbox-patients", headers=SPOOFED)
    assert query_of(leaving.headers["Location"])["redirect_uri"].startswith(APP)
    front = browser.ask("GET", "/", headers=SPOOFED)
    missing = browser.ask("GET", "/nowhere", headers=SPOOFED)

    for answer in (leaving, front, missing):
        assert "evil" not in answer.text
        assert "evil" not in json.dumps(dict(answer.headers))
    assert all("203.0.113.9" not in json.dumps(event) for event in world.events())


def test_staff_do_not_get_in_by_the_registration_of_patients() -> None:
    with opened(clients_changed=lambda client: client.pop("roles")) as world:
        nurse = people.patient(world)
        page = nurse.browser.get(nurse.starts_at())
        page = nurse.browser.submit(page.forms[0], {"username": "nina"})
        page = nurse.browser.submit(page.forms[0], {"patient": "james-carter"})
        allowed = page.forms[0].choices["allow"]
        page = nurse.browser.submit(page.forms[0], {"allow": allowed}, status=400)

        says_so_and_offers_a_way_on(page, "This way in is for someone else")
        assert nurse.browser.sessions == {}


def test_a_patient_does_not_get_in_by_the_registration_of_staff() -> None:
    def standalone_too(config: Json) -> None:
        config["ehrs"][1]["launches"] = ["standalone"]
        config["ehrs"][0]["launches"] = ["ehr"]

    with opened(
        changed=standalone_too, clients_changed=lambda client: client.pop("roles")
    ) as world:
        patient = people.patient(world)
        page = patient.browser.get("/launch/sandbox-clinicians")
        page = patient.browser.submit(page.forms[0], {"username": "james"})
        allowed = page.forms[0].choices["allow"]
        page = patient.browser.submit(page.forms[0], {"allow": allowed}, status=400)

        says_so_and_offers_a_way_on(page, "This way in is for someone else")
        assert patient.browser.sessions == {}


# --- an EHR that is down, slow or odd at each step --------------------------------------------

DISCOVERY = {"path": "/.well-known/smart-configuration"}
METADATA = {"path": "/fhir/metadata"}
JWKS = {"path": "/oauth/jwks.json"}
FIRST_READ = {"method": "GET", "path": "/fhir/Patient/"}
AT_TOKEN = {"path": TOKEN}
TROUBLE = "Your clinic’s system is not answering as it should"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refused"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "retry_after": 0},
        {"kind": "truncated"},
        {"kind": "wrong", "what": "html"},
        {"kind": "lost"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_trouble_at_each_step_is_a_plain_page(world: World, fault: Json) -> None:
    """Before anybody has logged in, at the token, at the keys, at the first look at the record."""
    # What is remembered from other launches would hide the trouble.
    start = world.another_worker().browser()
    world.fails({"match": DISCOVERY, "fault": fault}, {"match": METADATA, "fault": fault})
    page = start.get("/launch/sandbox-patients", status=502)
    says_so_and_offers_a_way_on(page, TROUBLE)
    for step in (AT_TOKEN, JWKS, FIRST_READ):
        world.recovers()
        fresh = world.another_worker()
        patient = people.patient(fresh)
        address = callback(patient)
        world.fails({"match": step, "fault": fault})
        answer = patient.browser.ask("GET", address)
        assert answer.status_code in {400, 502, 503, 504}, (step, answer.status_code)
        assert TROUBLE in answer.text, step
        assert patient.browser.sessions == {}


def test_an_ehr_that_never_answers_costs_seconds_and_not_minutes() -> None:
    slow = {"kind": "delay", "seconds": 1.5}
    with opened(limits=Limits(first_byte=0.3, total=0.5, patient=0.5, longest_pause=0.01)) as world:
        patient = people.patient(world)
        address = callback(patient)
        world.fails({"match": AT_TOKEN, "fault": slow})
        page = patient.browser.get(address, status=504)
        says_so_and_offers_a_way_on(page, TROUBLE)


def test_a_code_that_the_ehr_refuses_is_a_plain_page(world: World, patient: Patient) -> None:
    query = {**query_of(callback(patient)), "code": "not-the-code"}
    page = patient.browser.get(f"/callback/sandbox-patients?{urlencode(query)}", status=502)

    says_so_and_offers_a_way_on(page, TROUBLE)
    assert [call["status"] for call in world.asked("POST", TOKEN)] == [400]

"""Script and markup in every text of a record: in Chromium nothing runs and nothing is fetched."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, Request
from werkzeug.serving import make_server

from sandbox.people import resources
from tests.record.held import Reader, reader
from tests.record.whole import NONE, record
from tests.security.test_poison_care import STRUCTURE
from tests.workflow.threads import message_json, task_json

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.journey

Json = dict[str, Any]
HIT = "window.__hit=1"
ELSEWHERE = "https://elsewhere.example"
# What a text may hold, and what it may try to break out of.
PAYLOADS = [
    f"{before}{attack}{after}"
    for (before, after), attack in product(
        [
            ("", ""), ("\">", ""), ("'>", ""), ("</p>", ""), ("</bdi>", "<!--"), ("--><", ">"),
            ("</textarea>", ""), ("</title>", ""), ("</template>", ""), ("</svg>", ""),
        ],
        [
            f"<script>{HIT}</script>",
            f"<script src={ELSEWHERE}/x.js></script>",
            f"<img src={ELSEWHERE}/x.png onerror={HIT}>",
            f"<svg onload={HIT}><animate onbegin={HIT} attributeName=x dur=1s></svg>",
            f"<iframe src={ELSEWHERE}></iframe>",
            "<iframe srcdoc='<script>parent.__hit=1</script>'></iframe>",
            f"<body onload={HIT}>",
            f"<input autofocus onfocus={HIT}>",
            f"<details open ontoggle={HIT}>x</details>",
            f"<a href=javascript:{HIT}>x</a>",
            f"<form action={ELSEWHERE}><button>x</button></form>",
            f"<link rel=stylesheet href={ELSEWHERE}/x.css>",
            f"<style>@import url({ELSEWHERE}/x.css);</style>",
            f"<base href={ELSEWHERE}/>",
            f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'>",
            f"<object data={ELSEWHERE}></object>",
            f"<template shadowrootmode=open><script>{HIT}</script></template>",
            f"<div slot=allergies><script>{HIT}</script></div>",
            "{{ ''.__class__ }}{% include 'x' %}",
            f"javascript:{HIT}//&lt;img src=x onerror={HIT}&gt;",
        ],
    )
]  # fmt: skip
TEXTS = {
    "text", "display", "family", "given", "description", "conclusion", "patientInstruction",
    "valueString", "lotNumber", "unit", "contentString", "occurrenceString", "value",
}  # fmt: skip
PATIENT_PAGES = sorted({page for page, _ in NONE.values()} | {"results?by=visit", "requests"})
CARE_PAGES = ("visits", "next", "documents", "plan", "team", "costs", "access")
WALTER = "walter-brooks"
MOST_BELOW = 3  # of each page of care
ROLES = "http://terminology.hl7.org/CodeSystem/practitioner-role"


def is_text(name: str, kind: str) -> bool:
    return name in TEXTS and not (name == "value" and kind != "Patient")


def is_any_text(name: str, _kind: str) -> bool:
    return name not in STRUCTURE


def hostile(
    resources: list[Json], first: int, is_text: Callable[[str, str], bool] = is_text
) -> list[Json]:
    """Another payload in each field; with each round every field gets the next one."""
    turn = iter(range(first, first + 100_000))

    def changed(value: Any, name: str = "", kind: str = "") -> Any:
        if isinstance(value, dict):
            return {key: changed(inner, key, kind) for key, inner in value.items()}
        if isinstance(value, list):
            return [changed(inner, name, kind) for inner in value]
        if isinstance(value, str) and is_text(name, kind):
            return PAYLOADS[next(turn) % len(PAYLOADS)]
        return value

    return [changed(each, kind=each["resourceType"]) for each in resources]


@contextmanager
def served(found: Reader) -> Iterator[str]:
    """The browser was never sent the cookie of the session, so that it is put in here."""

    def with_cookie(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ["HTTP_COOKIE"] = f"__Host-L-{found.lid}={found.secret}"
        return found.app(environ, start)

    server = make_server("localhost", 0, with_cookie, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def watched(browser: Browser, app: str) -> Iterator[tuple[Page, list[str]]]:
    """A page, and every address that it asks for outside the app."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    strangers: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith((f"{app}/", "data:")):
            strangers.append(request.url)

    page = context.new_page()
    page.on("request", look)
    page.on("dialog", lambda dialog: (strangers.append("dialog"), dialog.dismiss()))
    yield page, strangers
    context.close()


def is_quiet(page: Page, strangers: list[str], at: str) -> None:
    assert page.evaluate("window.__hit") is None, at
    assert strangers == [], at
    alive = "main script, main iframe:not([sandbox='']), main form[action^='http']"
    assert page.locator(alive).count() == 0, at
    assert page.url.split("?")[0].endswith(at.split("?")[0]), "it was led away"


def opens(page: Page, out: list[str], address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    is_quiet(page, out, address)
    return 1


def as_patient(browser: Browser, rounds: range, paths: Sequence[str] = PATIENT_PAGES) -> int:
    seen = 0
    with reader("p") as found, served(found) as app, watched(browser, app) as (page, out):
        for number in rounds:
            found.holds(hostile(record(), number))
            seen += sum(opens(page, out, f"{app}/l/{found.lid}/{path}") for path in paths)
        assert page.locator("body").inner_text()
    return seen


def care() -> list[Json]:
    """All that the sandbox holds of Walter, and whoever and whatever it points to."""
    everything = resources(datetime.now(UTC).date())
    his = f'"Patient/{WALTER}"'
    shared = {"Practitioner", "PractitionerRole", "Organization", "Location"}
    return [
        each
        for each in everything
        if each["resourceType"] in shared or each["id"] == WALTER or his in json.dumps(each)
    ]


def nameless(found: list[Json]) -> list[Json]:
    """Without words beside its pointers, so that names come from where they lead."""

    def bare(value: Any) -> Any:
        if isinstance(value, list):
            return [bare(each) for each in value]
        if not isinstance(value, dict):
            return value
        drops = {"display"} if "reference" in value else set()
        return {name: bare(each) for name, each in value.items() if name not in drops}

    return [bare(each) for each in found]


def with_care(browser: Browser, rounds: range, *, all_below: int) -> tuple[int, int]:
    """How many pages of care, and every `all_below` rounds of single things below them."""
    seen = below = 0
    with reader(WALTER) as found, served(found) as app, watched(browser, app) as (page, out):
        home = f"{app}/l/{found.lid}"
        for number in rounds:
            dealt = care() if number % 2 else nameless(care())
            found.holds(hostile(dealt, number, is_any_text))
            for path in CARE_PAGES:
                seen += opens(page, out, f"{home}/{path}")
                if number % all_below:
                    continue
                links = page.locator(f"main a[href*='/{path}/']:not([download])")
                there = {each.get_attribute("href") or "" for each in links.all()}
                for address in sorted(each for each in there if "/file/" not in each)[:MOST_BELOW]:
                    below += opens(page, out, f"{app}{address}")
    return seen, below


def chart(found: Reader) -> list[Json]:
    vocabulary = found.services.vocabulary
    about = {"vocabulary": vocabulary, "patient": "Patient/p"}
    return [
        *record(),
        {"resourceType": "Practitioner", "id": "n", "name": [{"text": "Nina"}]},
        {
            "resourceType": "PractitionerRole",
            "id": "n-role",
            "active": True,
            "practitioner": {"reference": "Practitioner/n", "display": "Nina"},
            "code": [{"coding": [{"system": ROLES, "code": "nurse"}]}],
        },
        message_json("1", "Patient/p", about=(("MedicationRequest/m", "lisinopril"),), **about),
        task_json("t", "1", requester=("Patient/p", "Ann"), **about),
    ]


def as_nurse(browser: Browser, rounds: range) -> int:
    seen = 0
    with (
        reader("p", staff=True) as found,
        served(found) as app,
        watched(browser, app) as (page, out),
    ):
        for number in rounds:
            found.holds(hostile(chart(found), number))
            page.goto(f"{app}/l/{found.lid}/queue")
            is_quiet(page, out, "queue")
            item = page.locator(".app-queue__row a").first.get_attribute("href")
            assert item, page.locator("body").inner_text()
            page.goto(f"{app}{item}")
            assert page.locator(".app-panel").count() >= 4
            is_quiet(page, out, item)
            page.goto(f"{app}{item}/record")
            assert page.locator(".app-card").count() >= 4
            is_quiet(page, out, f"{item}/record")
            seen += 3
    return seen


def test_hostile_text_stays_text(browser: Browser) -> None:
    assert len(set(PAYLOADS)) == 200
    assert as_patient(browser, range(0, 200, 100)) == 2 * len(PATIENT_PAGES)
    assert as_nurse(browser, range(0, 200, 100)) == 6
    pages, below = with_care(browser, range(1), all_below=1)
    assert pages == len(CARE_PAGES)
    assert below > 5


@pytest.mark.proof
def test_200_payloads_in_every_field_stay_text(browser: Browser) -> None:
    patients = as_patient(browser, range(200), ("summary", "medicines", "immunizations"))
    staff = as_nurse(browser, range(200))
    print(
        f"{len(PAYLOADS)} payloads, each in every field: {patients} pages of patients,"
        f" {staff} of staff"
    )


@pytest.mark.proof
def test_200_payloads_in_every_field_of_a_patients_care_stay_text(browser: Browser) -> None:
    """And in every field of the people and places that it only points to."""
    pages, below = with_care(browser, range(200), all_below=20)
    print(
        f"{len(PAYLOADS)} payloads, each in every field: {pages} pages of care, {below} below them"
    )

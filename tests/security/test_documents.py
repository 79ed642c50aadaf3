"""Hostile documents: nothing in them runs, nothing leaves, and nobody else's is opened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from smartapp.errors import AnswerLost, AnswerTooLarge
from smartapp.fhir.client import LARGEST_FILE
from tests.app import people
from tests.app.papers import addresses, beside, document, inside, opens, save_address
from tests.app.people import Patient
from tests.app.world import World, opened

SCRIPT = b"<script>alert(document.domain)</script>"
FILES = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "image/svg+xml"),
    "svg called png": (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT, "image/png"),
    "html": (b"<html><body onload=alert(1)>" + SCRIPT + b"<p>words</p>", "text/html"),
    "html called pdf": (b"<html>" + SCRIPT, "application/pdf"),
    "html called text": (b"<html>" + SCRIPT, "text/plain"),
    "html called nothing": (b"<html>" + SCRIPT, "application/octet-stream"),
    "xhtml": (b"<html xmlns='http://www.w3.org/1999/xhtml'>" + SCRIPT, "application/xhtml+xml"),
    "xml with a style": (b"<?xml-stylesheet href='x.xsl'?><a>" + SCRIPT + b"</a>", "text/xml"),
    "pdf and html at once": (b"%PDF-1.4\n" + SCRIPT, "application/pdf"),
    "pdf called html": (b"%PDF-1.4\n" + SCRIPT, "text/html"),
    "html and pdf at once": (SCRIPT + b"%PDF-1.4", "application/pdf"),
    "png with html in it": (b"\x89PNG\r\n\x1a\n" + SCRIPT, "image/png"),
    "javascript": (b"alert(1)", "text/javascript"),
    "mhtml": (b"MIME-Version: 1.0\r\n\r\n" + SCRIPT, "message/rfc822"),
    "a type with a line end": (SCRIPT, "text/html\r\nX: y"),
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def walter(world: World) -> Patient:
    patient = people.patient(world)
    patient.logs_in("walter")
    return patient


@contextmanager
def raw(world: World, body: bytes, kind: str, length: int | None = None) -> Iterator[None]:
    """Whatever Binary is asked for, the EHR sends this."""
    ehr, usual = world.running.app, world.running.app.wsgi_app

    def instead(environ: Any, start: Any) -> Any:
        if "/fhir/Binary/" not in environ["PATH_INFO"]:
            return usual(environ, start)
        answer = Response(body, content_type=kind)
        if length is not None:
            answer.headers["Content-Length"] = str(length)
        return answer(environ, start)

    ehr.wsgi_app = instead  # type: ignore[method-assign]  # how Flask lets a middleware in
    try:
        yield
    finally:
        ehr.wsgi_app = usual  # type: ignore[method-assign]


@pytest.mark.parametrize("name", FILES)
def test_no_file_is_handed_on_as_something_that_can_run(
    world: World, walter: Patient, name: str
) -> None:
    content, kind = FILES[name]
    slug = name.replace(" ", "-")
    world.ehr.load(
        [
            document(f"{slug}-in", inside(content, kind)),
            document(f"{slug}-by", beside(world, f"b-{slug}", content, kind)),
        ]
    )
    for title in (f"Paper {slug}-in", f"Paper {slug}-by"):
        page = opens(walter, title)
        assert "<script>alert" not in page.html
        for address in addresses(page):
            answer = walter.browser.ask("GET", address)
            assert answer.status_code == 200 or "\n" in kind  # which the EHR cannot even send
            if answer.status_code != 200:
                continue
            type_ = answer.headers["Content-Type"].partition(";")[0]
            policy = answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert policy.startswith("sandbox; ") or type_ == "application/pdf"
            assert "default-src 'none'" in policy
            assert "allow-" not in policy
            assert type_ in {
                *("application/octet-stream", "application/pdf", "image/png"),
                *("text/plain", "text/html"),
            }
            if type_ == "text/html":
                assert b"script" not in answer.data
                assert b"onload" not in answer.data
            if type_ == "application/octet-stream":
                assert answer.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc-passwd.bin"),
        ('x"; filename=evil.html', "x- filename-evil-html.bin"),
        ("a\r\nSet-Cookie: x=y", "a Set-Cookie- x-y.bin"),
        ("CON.", "CON.bin"),
        ("invoice\u202efdp.exe", "invoicefdp-exe.bin"),
        ("....", "document.bin"),
        ("x" * 500, "x" * 80 + ".bin"),
    ],
)
def test_the_name_of_a_file_is_only_a_name(
    world: World, walter: Patient, title: str, name: str
) -> None:
    world.ehr.load([document("named", inside(b"x", "application/x-thing", title=title))])

    answer = walter.browser.ask("GET", save_address(opens(walter, "Paper named")))

    assert answer.headers["Content-Disposition"] in {
        f'attachment; filename="{name}"',
        f"attachment; filename={name}",
    }
    assert "Set-Cookie" not in answer.headers


ELSEWHERE = [
    "{canary}/fhir/Binary/1",
    "//{host}/Binary/1",
    "{ehr}@{host}/Binary/1",
    "{ehr}.evil.example/fhir/Binary/1",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "{base}/../secret",
    "{base}/Binary/..%2f..%2fPatient/james-carter",
    "../Patient/james-carter",
    "Binary/%2e%2e/Patient",
    "{ehr}/elsewhere/Binary/1",
    "http://169.254.169.254/latest/meta-data",
    "urn:oid:1.2.3",
    "\\\\evil.example\\share",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_an_address_that_leads_out_of_the_ehr_is_neither_asked_nor_linked(
    world: World, walter: Patient, httpserver: HTTPServer, url: str
) -> None:
    ehr = world.running.addresses.base
    there = url.format(
        canary=httpserver.url_for("").rstrip("/"),
        host=f"127.0.0.1:{httpserver.port}",
        ehr=ehr,
        base=f"{ehr}/fhir",
    )
    good = inside(b"%PDF-", "application/pdf")
    bad = {"contentType": "application/pdf", "url": there}
    world.ehr.load([document("leading", good)])
    link = save_address(opens(walter, "Paper leading"))
    world.ehr.load([document("leading", bad)])
    world.forgets_what_was_asked()

    page = opens(walter, "Paper leading")

    assert "This lies in another system" in page.text
    assert not addresses(page)
    assert there not in page.html
    walter.browser.get(link, status=410)
    assert httpserver.log == []
    assert not [call for call in world.asked() if "Document" not in call["path"]
                and "/Patient/walter" not in call["path"]]  # fmt: skip


@pytest.mark.parametrize(
    "context",
    [
        pytest.param("Patient/james-carter", id="another patient"),
        pytest.param("DocumentReference/james-carter-staff-note", id="another patient's document"),
        pytest.param("Encounter/nowhere", id="nothing that is known"),
        pytest.param("https://other.example/fhir/Patient/walter-brooks", id="another system"),
    ],
)
def test_a_file_that_says_it_is_anothers_is_not_opened(
    world: World, walter: Patient, context: str
) -> None:
    """The EHR lets it through: here it comes as JSON, with its context, on a wrong answer."""
    attachment = beside(world, "b-foreign", b"%PDF-secret", "application/pdf")
    world.ehr.load([document("foreign-file", attachment)])
    link = save_address(opens(walter, "Paper foreign-file"))
    binary = {
        "resourceType": "Binary",
        "contentType": "application/pdf",
        "data": "JVBERi1zZWNyZXQ=",
        "securityContext": {"reference": context},
    }
    with raw(world, json.dumps(binary).encode(), "application/fhir+json"):
        answer = walter.browser.ask("GET", link)

    assert answer.status_code in {403, 404}
    assert b"secret" not in answer.data
    assert world.events("document.deny")[-1]["entities"][0]["ref"].endswith("/foreign-file")


def test_a_file_that_says_it_is_the_patients_is_opened_from_json_too(
    world: World, walter: Patient
) -> None:
    attachment = beside(world, "b-json", b"%PDF-", "application/pdf")
    world.ehr.load([document("json", attachment)])
    link = save_address(opens(walter, "Paper json"))
    for context in ("Patient/walter-brooks", "DocumentReference/json"):
        binary = {
            "resourceType": "Binary",
            "data": "JVBERi1zZWNyZXQ=",
            "securityContext": {"reference": context},
        }
        with raw(world, json.dumps(binary).encode(), "application/fhir+json"):
            assert walter.browser.ask("GET", link).data == b"%PDF-secret"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"resourceType": "Patient", "id": "james-carter"}', id="another type"),
        pytest.param(b'{"resourceType": "Binary", "data": "!!!"}', id="no base64"),
        pytest.param(b'{"resourceType": "Binary", "data": "JVBE', id="half a body"),
        pytest.param(b"[]", id="no resource"),
    ],
)
def test_what_is_no_file_is_trouble_and_not_a_file(
    world: World, walter: Patient, body: bytes
) -> None:
    world.ehr.load([document("odd", beside(world, "b-odd", b"%PDF-", "application/pdf"))])
    link = save_address(opens(walter, "Paper odd"))
    with raw(world, body, "application/fhir+json"):
        assert walter.browser.ask("GET", link).status_code == 502


def test_a_file_of_any_size_ends_at_the_cap(world: World, walter: Patient) -> None:
    assert LARGEST_FILE == 25_000_000
    world.ehr.load([document("large", beside(world, "b-large", b"%PDF-", "application/pdf"))])
    link = save_address(opens(walter, "Paper large"))
    huge = b"%PDF-" + b"x" * (LARGEST_FILE + 1)
    with raw(world, huge, "application/pdf"), pytest.raises(AnswerTooLarge):
        walter.browser.ask("GET", link)
    sent = world.events("document.sent")[-1]
    assert sent["outcome"] == 4
    assert sent["extras"]["bytes"] <= LARGEST_FILE


def test_a_file_that_breaks_off_breaks_off_for_the_browser_too(
    world: World, walter: Patient
) -> None:
    world.ehr.load([document("broken", beside(world, "b-broken", b"%PDF-", "application/pdf"))])
    link = save_address(opens(walter, "Paper broken"))
    half = b"%PDF-" + b"x" * 50_000
    with raw(world, half, "application/pdf", length=90_000), pytest.raises(AnswerLost):
        walter.browser.ask("GET", link)
    assert world.events("document.sent")[-1]["outcome"] == 4
    assert walter.browser.ask("GET", link).data == b"%PDF-"

"""Where the bearer token may go, judged from the address alone and then at the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from smartapp.errors import OutsideFhirBase
from smartapp.transport import Bearer, Transport, outside, parse

BASE = "https://ehr.example.org/api/FHIR/R4"

HOSTILE = {
    "another host": "https://evil.example/api/FHIR/R4/Patient",
    "a host that begins alike": "https://ehr.example.org.evil.example/api/FHIR/R4/Patient",
    "another port": "https://ehr.example.org:8443/api/FHIR/R4/Patient",
    "another scheme": "http://ehr.example.org/api/FHIR/R4/Patient",
    "another path": "https://ehr.example.org/api/FHIR/DSTU2/Patient",
    "a path that begins alike": "https://ehr.example.org/api/FHIR/R4evil/Patient",
    "a path in another case": "https://ehr.example.org/API/fhir/R4/Patient",
    "no scheme": "//evil.example/api/FHIR/R4/Patient",
    "only a path": "/api/FHIR/R4/Patient",
    "nothing": "",
    "userinfo": "https://ehr.example.org@evil.example/api/FHIR/R4/Patient",
    "userinfo before the right host": "https://u:p@ehr.example.org/api/FHIR/R4/Patient",
    "dots": "https://ehr.example.org/api/FHIR/R4/../../admin",
    "dots that stay inside": "https://ehr.example.org/api/FHIR/R4/x/../Patient",
    "encoded dots": "https://ehr.example.org/api/FHIR/R4/%2e%2E/%2e%2e/admin",
    "dots behind a semicolon": "https://ehr.example.org/api/FHIR/R4/..;x/admin",
    "an encoded slash": "https://ehr.example.org/api/FHIR/R4/..%2F..%2fadmin",
    "an encoded backslash": "https://ehr.example.org/api/FHIR/R4/..%5cadmin",
    "twice encoded dots": "https://ehr.example.org/api/FHIR/R4/%252e%252e/admin",
    "a backslash": "https://ehr.example.org\\@evil.example/api/FHIR/R4/Patient",
    "a backslash in the query": "https://ehr.example.org/api/FHIR/R4/Patient?a=\\",
    "two slashes": "https://ehr.example.org/api/FHIR/R4//Patient",
    "two slashes first": "https://ehr.example.org//api/FHIR/R4/Patient",
    "a fragment": "https://ehr.example.org/api/FHIR/R4/Patient#@evil.example",
    "a line break": "https://ehr.example.org/api/FHIR/R4/Patient\r\nX: y",
    "a tab": "https://ehr.example.org/api/FHIR/R4/\tPatient",
    "a leading space": " https://ehr.example.org/api/FHIR/R4/Patient",
    "wide letters": "https://ｅhr.example.org/api/FHIR/R4/Patient",
    "a look-alike": "https://еhr.example.org/api/FHIR/R4/Patient",
    "a wide slash": "https://ehr.example.org／api/FHIR/R4/Patient",
    "a dot at the end of the host": "https://ehr.example.org./api/FHIR/R4/Patient",
    "another protocol": "ftp://ehr.example.org/api/FHIR/R4/Patient",
    "script": "javascript:alert(1)",
    "a port that is none": "https://ehr.example.org:99999/api/FHIR/R4/Patient",
    "a port without digits": "https://ehr.example.org:/api/FHIR/R4/Patient",
}

INSIDE = {
    "the base itself": BASE,
    "the base with a slash": BASE + "/",
    "a resource": BASE + "/Patient/12",
    "a page of a search": BASE + "?_getpages=8a1b-22&_count=20",
    "a search": BASE + "/Observation?code=http://loinc.org|718-7&date=ge2024-01-01",
    "an operation": BASE + "/Patient/12/$everything",
    "the default port": BASE.replace("example.org", "example.org:443") + "/Patient",
    "a host in capitals": BASE.replace("ehr.example", "EHR.Example") + "/Patient",
    "an encoded space": BASE + "/Binary/a%20b",
}


@pytest.mark.smart(91, 94)
@pytest.mark.parametrize("url", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_link_leads_outside(url: str) -> None:
    assert outside(BASE, url)


@pytest.mark.smart(94)
@pytest.mark.parametrize("url", INSIDE.values(), ids=INSIDE)
@pytest.mark.parametrize("base", [BASE, BASE + "/"])
def test_a_link_under_the_base_stays_inside(base: str, url: str) -> None:
    assert not outside(base, url)


def test_a_base_at_the_root_of_its_host_holds_all_paths_of_that_host_only() -> None:
    assert not outside("https://ehr.example.org", "https://ehr.example.org/Patient/1")
    assert outside("https://ehr.example.org", "https://ehr.example.org:444/Patient/1")


def test_a_base_that_is_no_address_holds_nothing() -> None:
    assert outside("", "")
    assert outside("https://ehr.example.org\\", "https://ehr.example.org\\")


@given(st.text(max_size=40))
def test_whatever_follows_the_host_cannot_make_it_another(text: str) -> None:
    address = parse("https://ehr.example.org/" + text)

    assert address is None or address.origin == "https://ehr.example.org"


@given(st.text(max_size=30))
def test_whatever_stands_in_front_of_the_base_leads_outside(text: str) -> None:
    url = f"https://{text}ehr.example.org/api/FHIR/R4/Patient"

    assert outside(BASE, url) == bool(text)


@pytest.mark.smart(9, 91, 94)
@pytest.mark.parametrize(
    "link",
    [
        "{canary}/fhir/Patient",
        "//{canary_host}/fhir/Patient",
        "http://{ehr_host}@{canary_host}/fhir/Patient",
        "http://user:secret@{ehr_host}/fhir/Patient",
        "http://{ehr_host}/fhir/../admin",
        "http://{ehr_host}/fhir/%2e%2e/admin",
        "http://{ehr_host}/fhir/..%2fadmin",
        "http://{ehr_host}/fhir/..%5cadmin",
        "http://{ehr_host}/fhir//admin",
        "http://{ehr_host}/fhirevil/Patient",
        "http://{ehr_host}\\@{canary_host}/fhir/Patient",
        "http://{ehr_host}/admin",
        "HTTP://{canary_host}/fhir/Patient",
        "http://{ehr_host}/fhir/Patient#{canary_host}",
    ],
)
def test_no_connection_is_made_for_a_link_off_the_base(
    link: str, transport: Transport, ehr: HTTPServer, canary: HTTPServer
) -> None:
    url = link.format(
        canary=canary.url_for("").rstrip("/"),
        canary_host=f"{canary.host}:{canary.port}",
        ehr_host=f"{ehr.host}:{ehr.port}",
    )
    bearer = Bearer("token-of-ada", ehr.url_for("/fhir"))

    with pytest.raises(OutsideFhirBase):
        transport.send("GET", url, bearer=bearer)

    assert ehr.log == []

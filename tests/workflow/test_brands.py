"""The clinics of the front page: what brands add to registrations, and what they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from smartapp.config import Ehr
from smartapp.transport import Limits, Transport
from smartapp.workflow.brands import Clinics, clinics, logo_of
from tests.auth.fake_ehr import FakeEhr

BRAND = "http://hl7.org/fhir/StructureDefinition/organization-brand"
BUNDLE, LOGO = "/brands.json", "/logo.png"
OWN = {"system": "urn:ietf:rfc:3986", "value": "https://river.example"}
PNG = b"\x89PNG\r\n\x1a\nrest"
HOUR = 3601


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport(clock: Clock) -> Iterator[Transport]:
    transport = Transport(Limits(longest_pause=0.01), allow_http=True, clock=clock)
    yield transport
    transport.close()


@pytest.fixture(scope="module")
def _server() -> Iterator[HTTPServer]:
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def fake(_server: HTTPServer) -> Iterator[FakeEhr]:
    fake = FakeEhr(_server)
    fake.publishes(
        user_access_brand_bundle=f"{fake.origin}{BUNDLE}", user_access_brand_identifier=OWN
    )
    yield fake
    _server.clear()


def brand(name: str, value: str, endpoint: str = "here", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "name": name,
        "identifier": [{"system": OWN["system"], "value": value}],
        "endpoint": [{"reference": f"Endpoint/{endpoint}"}],
        **more,
    }


def logo(address: str, *, licensed: bool = True) -> dict[str, Any]:
    parts = [{"url": "brandLogo", "valueUrl": address}]
    if licensed:
        parts.append({"url": "brandLogoLicense", "valueUrl": "https://river.example/terms"})
    return {"url": BRAND, "extension": parts}


def publishes(fake: FakeEhr, *brands: Any) -> None:
    endpoints = [
        {"resourceType": "Endpoint", "id": "here", "address": f"{fake.base}/"},
        {"resourceType": "Endpoint", "id": "far", "address": "https://far.example/r4"},
    ]
    entries = [{"resource": each} for each in (*brands, *endpoints)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    fake.answers(BUNDLE, bundle, ETag='W/"one"')


def seen(fake: FakeEhr, transport: Transport, *ehrs: Ehr) -> Clinics:
    return clinics(ehrs or (fake.registration(),), transport)


@pytest.mark.smart(136, 138)
def test_a_clinic_is_known_by_its_brand_too(fake: FakeEhr, transport: Transport) -> None:
    publishes(
        fake,
        brand("River Health", OWN["value"], alias=["River Doctors"], address=[{"city": "Troy"}]),
        brand("River Health East", "https://river.example/east"),
    )

    (clinic,) = seen(fake, transport).open

    assert clinic.ehr.name == "Riverside Clinic"
    assert clinic.also == ("River Health", "River Doctors", "River Health East")
    assert (clinic.city, clinic.logo) == ("Troy", None)


@pytest.mark.smart(138)
def test_a_place_without_a_registration_is_named_and_not_offered(
    fake: FakeEhr, transport: Transport
) -> None:
    publishes(
        fake,
        brand("River Health", OWN["value"]),
        brand("Far Hospital", "https://far.example", "far"),
        brand("No Door", "https://no.example", "nowhere"),
    )

    found = seen(fake, transport)

    assert len(found.open) == 1
    assert found.not_connected == ("Far Hospital",)


@pytest.mark.smart(134, 135)
def test_the_bundle_is_asked_for_again_only_where_it_has_changed(
    fake: FakeEhr, transport: Transport, clock: Clock
) -> None:
    publishes(fake, brand("River Health", OWN["value"]))
    first = seen(fake, transport)
    seen(fake, transport)
    assert len(fake.requests(BUNDLE)) == 1
    clock.now += HOUR
    fake.answers(BUNDLE, b"", 304)

    assert seen(fake, transport) == first
    assert fake.requests(BUNDLE)[-1].headers["If-None-Match"] == 'W/"one"'
    clock.now += HOUR
    publishes(fake, brand("New Name", OWN["value"]))
    (clinic,) = seen(fake, transport).open
    assert clinic.also == ("New Name",)
    assert fake.requests(BUNDLE)[-1].headers["If-None-Match"] == 'W/"one"'


@pytest.mark.smart(136, 137)
def test_what_an_ehr_says_of_itself_wins(fake: FakeEhr, transport: Transport) -> None:
    """The same organization in two bundles, by another name in the one that is not its own."""
    publishes(
        fake,
        brand("Its own name", OWN["value"]),
        brand("Twice", "https://twice.example"),
        brand("Twice, differently", "https://twice.example"),
    )
    other = fake.registration(key="other", iss=f"{fake.origin}/other")
    fake.answers(
        "/other/.well-known/smart-configuration",
        {
            "authorization_endpoint": f"{fake.origin}/a",
            "token_endpoint": f"{fake.origin}/t",
            "user_access_brand_bundle": f"{fake.origin}/all.json",
        },
    )
    entry = {"resource": brand("What a vendor calls it", OWN["value"])}
    fake.answers("/all.json", {"resourceType": "Bundle", "type": "collection", "entry": [entry]})

    first, _ = seen(fake, transport, fake.registration(), other).open

    assert first.also == ("Its own name", "Twice")


@pytest.mark.smart(138)
@pytest.mark.parametrize(
    ("address", "licensed", "shown"),
    [
        ("{ehr}/logo.png", True, (PNG, "image/png")),
        ("{ehr}/logo.png", False, None),
        ("https://far.example/logo.png", True, None),
        ("{ehr}/page.html", True, None),
        ("{ehr}/nowhere.png", True, None),
    ],
)
def test_only_a_licensed_logo_of_the_ehr_itself_is_shown(
    address: str,
    licensed: bool,
    shown: tuple[bytes, str] | None,
    fake: FakeEhr,
    transport: Transport,
) -> None:
    fake.answers(LOGO, PNG, content_type="text/html")
    fake.answers("/page.html", "<html><script>alert(1)</script></html>")
    picture = logo(address.replace("{ehr}", fake.origin), licensed=licensed)
    publishes(fake, brand("River", OWN["value"], extension=[picture]))

    (clinic,) = seen(fake, transport).open
    assert logo_of(clinic, transport) == shown


@pytest.mark.smart(138)
@pytest.mark.parametrize(
    "content",
    [
        b"not JSON",
        {"resourceType": "Organization"},
        {"resourceType": "Bundle", "entry": ["x", {}, {"resource": 7}, {"resource": {}}]},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Organization"}}]},
        {
            "resourceType": "Bundle",
            "entry": [
                {"resource": {"resourceType": "Organization", "name": 7, "endpoint": "x"}},
                {"resource": {"resourceType": "Endpoint", "id": 7}},
            ],
        },
    ],
)
def test_a_bundle_that_makes_no_sense_leaves_the_front_page_as_it_is(
    content: Any, fake: FakeEhr, transport: Transport
) -> None:
    fake.answers(BUNDLE, content)

    found = seen(fake, transport)

    assert [each.also for each in found.open] == [()]
    assert found.not_connected == ()


@pytest.mark.smart(138)
def test_absent_with_a_reason_is_absent(fake: FakeEhr, transport: Transport) -> None:
    reason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    declined = {"extension": [{"url": reason, "valueCode": "asked-declined"}]}
    telecom = [{"system": "url", "_value": declined}]
    publishes(fake, brand("River", OWN["value"], telecom=telecom, _alias=[declined]))

    (clinic,) = seen(fake, transport).open
    assert clinic.also == ("River",)


def test_a_bundle_elsewhere_is_not_read(fake: FakeEhr, transport: Transport) -> None:
    fake.publishes(user_access_brand_bundle="https://evil.example/brands.json")

    assert [each.also for each in seen(fake, transport).open] == [()]


def test_an_ehr_that_is_down_leaves_what_was_known(
    fake: FakeEhr, transport: Transport, clock: Clock
) -> None:
    publishes(fake, brand("River", OWN["value"]))
    before = seen(fake, transport)
    clock.now += HOUR
    fake.answers(BUNDLE, "down", 503)

    assert seen(fake, transport) == before

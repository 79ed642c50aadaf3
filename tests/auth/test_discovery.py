"""Finding an authorization server, and refusing another."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from smartapp.auth.discovery import KEEP_SECONDS, discover, forget
from smartapp.errors import DiscoveryFailed, MixedUp
from smartapp.transport import Transport
from tests.auth.fake_ehr import CONFIGURATION, FakeEhr

METADATA = "/fhir/metadata"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


def statement(origin: str, **uris: Any) -> dict[str, Any]:
    """A CapabilityStatement that is wrong in other places, as real ones are."""
    stated = {"authorize": f"{origin}/old/authorize", "token": f"{origin}/old/token"} | uris
    extension = {
        "url": OAUTH_URIS,
        "extension": [{"url": name, "valueUri": uri} for name, uri in stated.items()] + ["odd", {}],
    }
    return {
        "resourceType": "CapabilityStatement",
        "fhirVersion": ["4.0.1"],
        "unknown": None,
        "rest": [{"mode": "server"}, {"security": {"cors": "yes", "extension": [extension, 7]}}],
    }


@pytest.mark.smart(27, 30)
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_configuration_is_read_under_the_base_with_its_path(
    slash: str, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(
        revocation_endpoint=f"{fake.origin}/revoke",
        introspection_endpoint=f"{fake.origin}/introspect",
        token_endpoint_auth_signing_alg_values_supported=["ES384"],
        authorization_response_iss_parameter_supported=True,
    )

    found = discover(fake.registration(iss=fake.base + slash), transport)

    assert fake.asked == [CONFIGURATION]
    assert fake.requests(CONFIGURATION)[0].headers["Accept"] == "application/json"
    assert (found.authorization, found.token) == (
        f"{fake.origin}/authorize",
        f"{fake.origin}/token",
    )
    assert (found.issuer, found.jwks) == (fake.origin, f"{fake.origin}/jwks")
    assert (found.revocation, found.introspection) == (
        f"{fake.origin}/revoke",
        f"{fake.origin}/introspect",
    )
    assert found.assertion_algorithms == ("ES384",)
    assert "permission-v2" in found.capabilities
    assert found.names_itself


@pytest.mark.smart(30)
def test_only_the_two_endpoints_are_needed(fake: FakeEhr, transport: Transport) -> None:
    fake.publishes(issuer=None, jwks_uri=None, capabilities=None)

    found = discover(fake.registration(), transport)

    assert (found.issuer, found.jwks, found.revocation) == (None, None, None)
    assert found.capabilities == frozenset()
    assert not found.names_itself


@pytest.mark.smart(28)
@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/html", "application/json; charset=latin-1", ""]
)
def test_the_content_type_does_not_matter(
    content_type: str, fake: FakeEhr, transport: Transport
) -> None:
    body = "\ufeff" + fake.pages[CONFIGURATION].get_data(as_text=True)
    fake.answers(CONFIGURATION, body.encode(), content_type=content_type)

    assert discover(fake.registration(), transport).token == f"{fake.origin}/token"


@pytest.mark.smart(29)
@pytest.mark.parametrize(
    ("stated", "meant"),
    [("auth/token", "/fhir/auth/token"), ("/auth/token", "/auth/token"), ("../t?x=1", "/t?x=1")],
)
def test_a_relative_endpoint_is_relative_to_the_base(
    stated: str, meant: str, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(token_endpoint=stated)

    assert discover(fake.registration(), transport).token == fake.origin + meant


@pytest.mark.smart(31)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "not here"),
        (401, "{}"),
        (200, "<html>Please log in</html>"),
        (200, "[]"),
        (200, "{}"),
        (500, ""),
        (302, ""),
    ],
)
def test_an_older_ehr_says_it_in_its_capability_statement(
    status: int, body: str, fake: FakeEhr, transport: Transport
) -> None:
    fake.answers(CONFIGURATION, body, status, Location="/login")
    fake.answers(METADATA, statement(fake.origin, revoke="revoke", manage="https://x/manage"))

    found = discover(fake.registration(), transport)

    assert (found.authorization, found.token) == (
        f"{fake.origin}/old/authorize",
        f"{fake.origin}/old/token",
    )
    assert found.revocation == f"{fake.origin}/fhir/revoke"
    assert "json" in fake.requests(METADATA)[0].headers["Accept"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<Conformance/>",
        {},
        {"rest": 7},
        {"rest": [{"security": []}]},
        {"rest": [{"security": {"extension": [{"url": OAUTH_URIS}]}}]},
    ],
)
def test_an_ehr_that_says_it_nowhere_cannot_be_entered(
    content: Any, fake: FakeEhr, transport: Transport
) -> None:
    fake.answers(CONFIGURATION, "", 404)
    fake.answers(METADATA, content)

    with pytest.raises(DiscoveryFailed):
        discover(fake.registration(), transport)


def test_an_ehr_that_cannot_be_reached_is_not_asked_twice(
    fake: FakeEhr, transport: Transport
) -> None:
    tried = []

    def hang_up() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            tried.append(connection.recv(1))
            connection.close()

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    serving = threading.Thread(target=hang_up)
    serving.start()
    with pytest.raises(DiscoveryFailed, match="unreachable"):
        discover(fake.registration(iss=f"https://127.0.0.1:{port}/fhir"), transport)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    serving.join()

    assert len(tried) == 1


@pytest.mark.smart(1, 54)
@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_an_endpoint_on_another_host_than_registered_is_refused(
    endpoint: str, fake: FakeEhr, transport: Transport, canary: HTTPServer
) -> None:
    fake.publishes(**{endpoint: canary.url_for("/elsewhere")})

    with pytest.raises(MixedUp):
        discover(fake.registration(), transport)


@pytest.mark.parametrize("issuer", ["https://evil.example", "urn:somebody", "http://localhost"])
def test_an_issuer_on_another_host_than_registered_is_refused(
    issuer: str, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(issuer=issuer)

    with pytest.raises(MixedUp):
        discover(fake.registration(), transport)


def test_a_token_is_not_taken_to_another_host_to_be_revoked(
    fake: FakeEhr, transport: Transport, canary: HTTPServer
) -> None:
    fake.publishes(
        revocation_endpoint=canary.url_for("/revoke"), introspection_endpoint="javascript:alert(1)"
    )

    found = discover(fake.registration(), transport)

    assert (found.revocation, found.introspection) == (None, None)


@pytest.mark.smart(1)
@pytest.mark.parametrize(
    "url",
    [
        "http://ehr.example.org/token",
        "javascript:alert(1)",
        "https://user@ehr.example.org/token",
        "https://ehr.example.org/token#x",
        "//evil.example\\token",
    ],
)
@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint"])
def test_an_endpoint_that_is_no_safe_address_is_refused_without_pins_too(
    url: str, endpoint: str, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(**{endpoint: url})

    with pytest.raises(DiscoveryFailed):
        discover(fake.registration(authorization_origin=None, token_origin=None), transport)


def test_without_pins_development_trusts_what_it_reads(fake: FakeEhr, transport: Transport) -> None:
    fake.publishes(
        token_endpoint="https://auth.example.org/token", issuer="https://auth.example.org"
    )

    found = discover(fake.registration(authorization_origin=None, token_origin=None), transport)

    assert found.token == "https://auth.example.org/token"


@pytest.mark.smart(33)
def test_what_was_found_is_remembered_for_a_while_and_then_asked_anew(
    fake: FakeEhr, transport: Transport, clock: Any
) -> None:
    ehr = fake.registration()
    discover(ehr, transport)
    fake.publishes(token_endpoint=f"{fake.origin}/moved")

    clock.now += KEEP_SECONDS - 1
    assert discover(ehr, transport).token == f"{fake.origin}/token"
    clock.now += 2
    assert discover(ehr, transport).token == f"{fake.origin}/moved"
    assert len(fake.asked) == 2


@pytest.mark.smart(33)
def test_what_was_found_is_asked_anew_after_a_failure(fake: FakeEhr, transport: Transport) -> None:
    ehr = fake.registration()
    discover(ehr, transport)
    fake.publishes(token_endpoint=f"{fake.origin}/moved")
    forget(ehr, transport)

    assert discover(ehr, transport).token == f"{fake.origin}/moved"


def test_a_document_that_was_refused_is_not_remembered(
    fake: FakeEhr, transport: Transport, canary: HTTPServer
) -> None:
    fake.publishes(token_endpoint=canary.url_for("/token"))
    with pytest.raises(MixedUp):
        discover(fake.registration(), transport)
    fake.publishes()

    assert discover(fake.registration(), transport).token == f"{fake.origin}/token"


@pytest.mark.smart(33)
def test_trap_a8_two_registrations_of_one_ehr_do_not_share_their_pins(
    fake: FakeEhr, transport: Transport
) -> None:
    discover(fake.registration(key="patients"), transport)

    with pytest.raises(MixedUp):
        discover(
            fake.registration(key="staff", token_origin="https://staff.example.org"), transport
        )


def test_nothing_odd_in_the_document_breaks_the_launch(fake: FakeEhr, transport: Transport) -> None:
    fake.publishes(
        capabilities="launch-ehr",
        issuer=["x"],
        jwks_uri={"a": 1},
        token_endpoint_auth_signing_alg_values_supported=[None, "RS384"],
        authorization_response_iss_parameter_supported="yes",
    )

    found = discover(fake.registration(), transport)

    assert (found.issuer, found.jwks, found.names_itself) == (None, None, False)
    assert found.assertion_algorithms == ("RS384",)
    assert json.dumps(sorted(found.capabilities)) == "[]"

"""Where an EHR's authorization server is, and that it is still the one of the registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from smartapp.config import Ehr
from smartapp.errors import DiscoveryFailed, EhrError, EhrUnreachable, MixedUp
from smartapp.transport import Transport, origin

JSON = "application/json"
KEEP_SECONDS = 300.0
PATIENCE_SECONDS = 5.0  # for each of the two documents: old EHRs answer 404, slowly
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


@dataclass(frozen=True)
class Endpoints:
    authorization: str
    token: str
    issuer: str | None = None
    jwks: str | None = None
    revocation: str | None = None
    introspection: str | None = None
    management: str | None = None  # where a patient sees and ends the access of apps
    brands: str | None = None
    brand: tuple[str, str] | None = None  # which of them is the EHR's own: system and value
    capabilities: frozenset[str] = frozenset()
    assertion_algorithms: tuple[str, ...] = ()
    names_itself: bool = False  # promises `iss` on the way back (RFC 9207)


def discover(ehr: Ehr, transport: Transport) -> Endpoints:
    """Asked anew every few minutes, and compared with the registration each time."""

    def ask() -> Endpoints:
        return _endpoints(ehr.base, _document(ehr.base, transport))

    try:
        return _as_registered(ehr, transport.memory.recall(_key(ehr), KEEP_SECONDS, ask), transport)
    except MixedUp:
        forget(ehr, transport)
        raise


def forget(ehr: Ehr, transport: Transport) -> None:
    """An endpoint failed: perhaps it has moved."""
    transport.memory.forget(_key(ehr))


def is_ours(ehr: Ehr, url: str, transport: Transport) -> bool:
    """On an origin of the registration; where it names none, development trusts what it reads."""
    pins = [pin for pin in (ehr.authorization_origin, ehr.token_origin) if pin]
    known = {origin(pin) for pin in (*pins, ehr.base)}
    return transport.permits(url) and (not pins or origin(url) in known)


def _as_registered(ehr: Ehr, found: Endpoints, transport: Transport) -> Endpoints:
    """What a code, a token or an identity depends on must be as registered; the rest may go."""
    for url, pin in (
        (found.authorization, ehr.authorization_origin),
        (found.token, ehr.token_origin),
    ):
        if not transport.permits(url):
            raise DiscoveryFailed("an endpoint is not https")
        if pin and origin(url) != origin(pin):
            raise MixedUp("an endpoint is on another host than registered")
    for url in filter(None, (found.jwks, found.issuer)):
        if not is_ours(ehr, url, transport):
            raise MixedUp("identity comes from another host than registered")
    return replace(
        found,
        revocation=ours(found.revocation, ehr, transport),
        introspection=ours(found.introspection, ehr, transport),
        management=ours(found.management, ehr, transport),
        brands=ours(found.brands, ehr, transport),
    )


def ours(url: str | None, ehr: Ehr, transport: Transport) -> str | None:
    return url if url and is_ours(ehr, url, transport) else None


def _key(ehr: Ehr) -> tuple[str, ...]:
    return ("endpoints", ehr.base)


def _document(base: str, transport: Transport) -> Mapping[str, Any]:
    """smart-configuration, or what can be made of the CapabilityStatement where there is none."""
    try:
        found = read_document(f"{base}/.well-known/smart-configuration", JSON, transport)
        if found.get("token_endpoint"):
            return found
    except EhrUnreachable:
        raise DiscoveryFailed("unreachable") from None
    except EhrError:
        pass  # a 404, a login page, no answer: older EHRs have no such document
    try:
        statement = read_document(f"{base}/metadata", "application/fhir+json", transport)
    except EhrError as failure:
        raise DiscoveryFailed(failure.code) from None
    return _from_statement(statement)


def read_document(url: str, accept: str, transport: Transport) -> Mapping[str, Any]:
    answer = transport.send("GET", url, headers={"Accept": accept}, within=PATIENCE_SECONDS)
    content = answer.raise_for_status().json()
    return content if isinstance(content, dict) else {}


def _from_statement(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Any other fault in the statement must not keep a patient out."""
    uris = {
        uri.get("url"): uri.get("valueUri")
        for rest in _objects(statement.get("rest"))
        for security in _objects([rest.get("security")])
        for extension in _objects(security.get("extension"))
        if extension.get("url") == _OAUTH_URIS
        for uri in _objects(extension.get("extension"))
    }
    return {
        "authorization_endpoint": uris.get("authorize"),
        "token_endpoint": uris.get("token"),
        "introspection_endpoint": uris.get("introspect"),
        "revocation_endpoint": uris.get("revoke"),
        "management_endpoint": uris.get("manage"),
    }


def _endpoints(base: str, document: Mapping[str, Any]) -> Endpoints:
    def address(name: str) -> str | None:
        stated = document.get(name)
        if not isinstance(stated, str) or not stated:
            return None
        return urljoin(f"{base}/", stated)

    authorization, token = address("authorization_endpoint"), address("token_endpoint")
    if authorization is None or token is None:
        raise DiscoveryFailed("no authorization or token endpoint")
    issuer = document.get("issuer")
    return Endpoints(
        authorization=authorization,
        token=token,
        issuer=issuer if isinstance(issuer, str) and issuer else None,
        jwks=address("jwks_uri"),
        revocation=address("revocation_endpoint"),
        introspection=address("introspection_endpoint"),
        management=address("management_endpoint"),
        brands=address("user_access_brand_bundle"),
        brand=_identifier(document.get("user_access_brand_identifier")),
        capabilities=frozenset(_texts(document.get("capabilities"))),
        assertion_algorithms=tuple(
            _texts(document.get("token_endpoint_auth_signing_alg_values_supported"))
        ),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _identifier(stated: object) -> tuple[str, str] | None:
    for each in _objects([stated]):
        system, value = each.get("system"), each.get("value")
        if isinstance(system, str) and isinstance(value, str):
            return system, value
    return None


def _texts(value: object) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

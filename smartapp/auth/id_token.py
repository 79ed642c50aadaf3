"""Who logged in: an id_token, believed only after every check of OpenID Connect."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from smartapp.auth.discovery import JSON, KEEP_SECONDS, Endpoints, is_ours, read_document
from smartapp.config import Ehr
from smartapp.errors import EhrError, IdentityRefused, MixedUp
from smartapp.transport import Transport

# Fixed: neither what the token says nor what a server lists can widen it.
ALGORITHMS = ("RS256", "RS384", "ES256", "ES384")
LEEWAY_SECONDS = 60
KEEP_KEYS_SECONDS = 3600.0
KEEP_KEYS_AT_LEAST_SECONDS = 10.0  # some EHRs publish a key after they began to sign with it
_FEWEST_RSA_BITS = 2048
_NUMBERS = ("kty", "n", "e", "crv", "x", "y")

_KEY_TYPES = {"RS": "RSA", "ES": "EC"}
# Some servers add header fields of their own; the algorithm list is what must not move.
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)

PublicKey = RSAKey | ECKey


@dataclass(frozen=True)
class _Published:
    kid: str | None
    key: PublicKey


@dataclass(frozen=True)
class Claims:
    iss: str
    sub: str
    fhir_user: str | None
    profile: str | None
    acr: str | None
    amr: frozenset[str]


def verify(
    id_token: str,
    ehr: Ehr,
    endpoints: Endpoints,
    nonce: str,
    transport: Transport,
    now: float,
) -> Claims:
    """Raises IdentityRefused. `jku`, `x5u` and `jwk` in the header are somebody's wish, unread."""
    issuer, jwks = _issuer_and_keys(ehr, endpoints, transport)
    claims = _signed_claims(id_token, jwks, transport)
    _check(claims, ehr, issuer, nonce, now)
    return Claims(
        iss=claims["iss"],
        sub=claims["sub"],
        fhir_user=_text(claims.get("fhirUser")),
        profile=_text(claims.get("profile")),
        acr=_text(claims.get("acr")),
        amr=frozenset(_texts(claims.get("amr"))),
    )


def _issuer_and_keys(ehr: Ehr, endpoints: Endpoints, transport: Transport) -> tuple[str, str]:
    """From smart-configuration, or where that leaves something out, from OpenID's own document
    at the issuer that is already known: never at one that a token names.
    """
    if endpoints.issuer and endpoints.jwks:
        return endpoints.issuer, endpoints.jwks
    place = (endpoints.issuer or ehr.base).rstrip("/")
    try:
        stated = transport.memory.recall(
            ("openid", place), KEEP_SECONDS, lambda: _openid_configuration(place, transport)
        )
    except EhrError:
        stated = {"issuer": place}
    issuer, jwks = _text(stated.get("issuer")), endpoints.jwks or _text(stated.get("jwks_uri"))
    if issuer is None or issuer.rstrip("/") != place:
        raise IdentityRefused("the document of the issuer names another issuer")
    if jwks is None:
        raise IdentityRefused("no signing keys are published")
    if not is_ours(ehr, jwks, transport):
        raise MixedUp("signing keys are on another host than registered")
    return issuer, jwks


def _openid_configuration(place: str, transport: Transport) -> Mapping[str, Any]:
    return read_document(f"{place}/.well-known/openid-configuration", JSON, transport)


def _signed_claims(id_token: str, jwks: str, transport: Transport) -> dict[str, Any]:
    header = _header(id_token)
    keys = _fitting(header, _published(jwks, KEEP_KEYS_SECONDS, transport))
    if not keys:
        keys = _fitting(header, _published(jwks, KEEP_KEYS_AT_LEAST_SECONDS, transport))
    for key in keys:
        with suppress(JoseError, ValueError, TypeError, RecursionError):
            signed = jws.deserialize_compact(id_token, key, registry=_REGISTRY)
            claims = json.loads(signed.payload or b"")
            if isinstance(claims, dict):
                return claims
    raise IdentityRefused("not signed by the issuer")


def _header(id_token: str) -> Mapping[str, Any]:
    """Unverified: it only picks among keys that are trusted already."""
    try:
        return jws.extract_compact(id_token.encode()).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise IdentityRefused("not a signed token") from None


def _fitting(header: Mapping[str, Any], keys: Sequence[_Published]) -> list[PublicKey]:
    kid, family = header.get("kid"), str(header.get("alg"))[:2]
    return [
        each.key
        for each in keys
        if each.key.key_type == _KEY_TYPES.get(family)
        and (kid is None or each.kid is None or each.kid == kid)
    ]


def _published(jwks: str, keep: float, transport: Transport) -> tuple[_Published, ...]:
    def ask() -> tuple[_Published, ...]:
        stated = read_document(jwks, JSON, transport).get("keys")
        keys = [_public_key(each) for each in (stated if isinstance(stated, list) else [])]
        return tuple(key for key in keys if key is not None)

    return transport.memory.recall(("jwks", jwks), keep, ask)


def _public_key(jwk: object) -> _Published | None:
    """A key of a kind that is not ours to know must not spoil the others."""
    if not isinstance(jwk, dict) or jwk.get("use") == "enc":
        return None
    numbers = {name: jwk[name] for name in _NUMBERS if name in jwk}
    try:
        if jwk.get("kty") == "EC":
            return _Published(_text(jwk.get("kid")), ECKey.import_key(numbers))
        if jwk.get("kty") == "RSA" and 6 * len(jwk["n"]) >= _FEWEST_RSA_BITS:
            return _Published(_text(jwk.get("kid")), RSAKey.import_key(numbers))
    except (JoseError, ValueError, TypeError, KeyError):
        pass
    return None


def _check(claims: Mapping[str, Any], ehr: Ehr, issuer: str, nonce: str, now: float) -> None:
    """`aliases` are for issuers whose tokens name them in another way than their documents."""
    aliases = ehr.vendor.get("id_token_issuers", "").split()
    bare = {known.rstrip("/") for known in (issuer, *aliases)}
    registry = JWTClaimsRegistry(
        now=int(now),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "values": [*bare, *(f"{known}/" for known in bare)]},
        aud={"essential": True, "value": ehr.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except JoseError as failure:
        raise IdentityRefused(failure.error) from None
    _check_party(claims, ehr.client_id)
    _check_nonce(claims.get("nonce"), nonce, required=ehr.vendor.get("nonce") != "optional")


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Meant for several, it must say that it was made for us."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if party != client_id and (several or party is not None):
        raise IdentityRefused("azp")


def _check_nonce(stated: object, nonce: str, *, required: bool) -> None:
    if stated is None and not required:
        return
    if not isinstance(stated, str) or not hmac.compare_digest(stated.encode(), nonce.encode()):
        raise IdentityRefused("nonce")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    """`amr` is a list; some write one method as plain text."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]

"""Requests to the token endpoint and its neighbours, by a client that shows who it is."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import quote_plus, urlencode

from authlib.oauth2.auth import ClientAuth as Attach
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from smartapp.auth.discovery import Endpoints
from smartapp.auth.keys import KeyRing
from smartapp.config import ClientAuth, Ehr
from smartapp.errors import ConfigurationError, Problem
from smartapp.transport import Answer, Transport

Headers = dict[str, str]
Prepared = tuple[str, Headers, str]
Method = Callable[[Attach, str, str, Headers, str], Prepared]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 240  # SMART allows five minutes; the rest is for clocks that differ


def token_request(
    ehr: Ehr,
    endpoints: Endpoints,
    grant_type: str,
    *,
    keys: KeyRing | None,
    transport: Transport,
    now: float,
    **parameters: str,
) -> Answer:
    body = str(prepare_token_request(grant_type, **parameters))
    return post_as_client(
        ehr,
        endpoints,
        endpoints.token,
        body,
        keys=keys,
        transport=transport,
        now=now,
        patiently=True,
    )


def post_as_client(
    ehr: Ehr,
    endpoints: Endpoints,
    url: str,
    body: str,
    *,
    keys: KeyRing | None,
    transport: Transport,
    now: float,
    patiently: bool = False,
) -> Answer:
    """A form with this registration's authentication. Never repeated: codes work once."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    uri, headers, body = _authentication(ehr, endpoints, keys, now).prepare(
        "POST", url, headers, body
    )
    return transport.send("POST", uri, headers=headers, body=body.encode(), patiently=patiently)


def _authentication(ehr: Ehr, endpoints: Endpoints, keys: KeyRing | None, now: float) -> Attach:
    match ehr.client_auth:
        case ClientAuth.PUBLIC:
            return Attach(ehr.client_id, None, "none")
        case ClientAuth.SECRET:
            return _with_secret(ehr)
        case ClientAuth.PRIVATE_KEY_JWT:
            return Attach(ehr.client_id, None, _signing(ehr, endpoints, keys, now))


def _with_secret(ehr: Ehr) -> Attach:
    """Raw, as SMART shows it; RFC 6749 would encode it, and some EHRs want it in the form."""
    if not ehr.client_secret:
        raise _lacking(ehr, "client secret")
    match ehr.vendor.get("secret_style", "raw"):
        case "post":
            return Attach(ehr.client_id, ehr.client_secret, "client_secret_post")
        case "urlencoded":
            encoded = quote_plus(ehr.client_id), quote_plus(ehr.client_secret)
            return Attach(*encoded, "client_secret_basic")
    return Attach(ehr.client_id, ehr.client_secret, "client_secret_basic")


def _signing(ehr: Ehr, endpoints: Endpoints, keys: KeyRing | None, now: float) -> Method:
    """Signed anew for each request: an assertion that is seen twice is refused."""
    if keys is None:
        raise _lacking(ehr, "private keys")
    claims = {
        "iss": ehr.client_id,
        "sub": ehr.client_id,
        "aud": endpoints.token,
        "jti": secrets.token_urlsafe(24),
        "iat": int(now),
        "exp": int(now) + ASSERTION_SECONDS,
    }
    proof = {
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": keys.sign(claims, endpoints.assertion_algorithms),
    }

    def attach(_: Attach, __: str, uri: str, headers: Headers, body: str) -> Prepared:
        return uri, headers, f"{body}&{urlencode(proof)}"

    return attach


def _lacking(ehr: Ehr, what: str) -> ConfigurationError:
    return ConfigurationError((Problem(ehr.key, f"has no {what}"),))

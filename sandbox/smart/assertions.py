"""private_key_jwt: an app proves who it is by a JWT, used once and for at most five minutes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import requests
from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Request
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from sandbox.smart.clients import Client, ClientAuth
from sandbox.smart.shelf import Shelf

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS384", "ES384")
_LONGEST_LIFE = 300
_CLOCK_SKEW = 5


class ClientKeys:
    """The public keys of the apps, fetched again when an app signs with one that is not known."""

    def __init__(self) -> None:
        self._held: dict[str, KeySet] = {}

    def of(self, client: Client, kid: str) -> KeySet:
        held = self._held.get(client.client_id)
        if held is None or kid not in {key.kid for key in held}:
            held = self._held[client.client_id] = KeySet.import_key_set(_published(client))
        return held


def _published(client: Client) -> Any:
    if client.jwks is not None:
        return client.jwks
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(client.jwks_uri, timeout=5, allow_redirects=False)
    answer.raise_for_status()
    return answer.json()


class ClientAssertion:
    """Authlib's own check takes neither RS384 nor ES384, and lets a JWT live as long as it says."""

    def __init__(self, audience: Callable[[], str], clock: Callable[[], float]) -> None:
        self._audience = audience
        self._clock = clock
        self._keys = ClientKeys()
        self._used: Shelf[bool] = Shelf(_LONGEST_LIFE + 2 * _CLOCK_SKEW, clock)

    def __call__(
        self, query_client: Callable[[str], Client | None], request: OAuth2Request
    ) -> Client | None:
        assertion = request.form.get("client_assertion")
        if request.form.get("client_assertion_type") != ASSERTION_TYPE or not assertion:
            return None
        header, claims = _unverified(assertion)
        client = query_client(str(claims.get("sub")))
        if client is None or client.auth is not ClientAuth.PRIVATE_KEY_JWT:
            raise _refused("No client of this name signs with a key.")
        self._check_signature(assertion, client, str(header.get("kid")))
        self._check_claims(claims, client)
        return client

    def _check_signature(self, assertion: str, client: Client, kid: str) -> None:
        try:
            keys = self._keys.of(client, kid)
        except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as error:
            raise _refused("The keys of the client could not be read.") from error
        try:
            # A key set finds the key by `kid`; without one only a set of a single key would do.
            jwt.decode(assertion, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise _refused("The signature is not that of a registered key.") from error

    def _check_claims(self, claims: Mapping[str, Any], client: Client) -> None:
        if claims.get("iss") != client.client_id:
            raise _refused("iss and sub must both be the client_id.")
        if claims.get("aud") != self._audience():
            raise _refused("aud must be the address of the token endpoint.")
        self._check_time(claims.get("exp"))
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise _refused("jti is missing.")
        if not self._used.add(f"{client.client_id} {jti}", True):
            raise _refused("jti was used before.")

    def _check_time(self, exp: object) -> None:
        if not isinstance(exp, int):
            raise _refused("exp must be a whole number of seconds.")
        now = self._clock()
        if exp < now - _CLOCK_SKEW:
            raise _refused("The assertion has expired.")
        if exp > now + _LONGEST_LIFE + _CLOCK_SKEW:
            raise _refused("exp may be at most five minutes ahead.")


def _unverified(assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Only to find whose key must have signed it."""
    try:
        token = jws.extract_compact(assertion.encode())
        claims = json.loads(token.payload)
    except (JoseError, ValueError) as error:
        raise _refused("The assertion is not a JWT.") from error
    if not isinstance(claims, dict):
        raise _refused("The assertion is not a JWT.")
    return token.headers(), claims


def _refused(why: str) -> InvalidClientError:
    return InvalidClientError(status_code=401, description=why)

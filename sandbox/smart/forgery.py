"""Forged id_tokens: each has one fault that an app must find."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey

from sandbox.faults.orders import Forgery
from sandbox.smart.keys import SigningKeys, new_key

_HOUR = 3600
_SOMEBODY_ELSE = "somebody-else"


@dataclass(frozen=True)
class IdToken:
    """A genuine one, taken apart."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    keys: SigningKeys

    @classmethod
    def read(cls, text: str, keys: SigningKeys) -> IdToken:
        header, claims, _ = text.split(".")
        return cls(text, _decoded(header), _decoded(claims), keys)

    def changed(self, changes: Mapping[str, Any], without: Iterable[str] = ()) -> str:
        """Under the right signature."""
        left = {
            name: value
            for name, value in {**self.claims, **changes}.items()
            if name not in set(without)
        }
        return _signed(self.header, left, self.keys.find(self.header["kid"]))

    def by_a_stranger(self, kid: str, **header: str) -> str:
        return _signed({**self.header, "kid": kid, **header}, self.claims, _strangers_key())

    @property
    def signature(self) -> str:
        return self.text.rpartition(".")[2]


def forged(how: Forgery, genuine: IdToken, canary: str) -> str:
    return _FORGERIES[how](genuine, canary)


def _unsigned(genuine: IdToken, _: str) -> str:
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(genuine.claims)}."


def _by_public_key(genuine: IdToken, _: str) -> str:
    """Whoever takes any algorithm may take the public key for a shared secret."""
    secret = genuine.keys.find(genuine.header["kid"]).as_pem(private=False)
    signed = f"{_encoded({**genuine.header, 'alg': 'HS256'})}.{_encoded(genuine.claims)}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64(digest)}"


def _for_several(genuine: IdToken, _: str) -> str:
    return genuine.changed({"aud": [*genuine.claims["aud"], "another-app"]}, without=["azp"])


def _at_another_time(hours: int) -> Callable[[IdToken, str], str]:
    def moved(genuine: IdToken, _: str) -> str:
        iat, exp = (genuine.claims[name] + hours * _HOUR for name in ("iat", "exp"))
        return genuine.changed({"iat": iat, "nbf": iat, "exp": exp})

    return moved


def _somebody_elses(genuine: IdToken, _: str) -> str:
    """Another person's name under the signature that was made for this one."""
    fhir_base = str(genuine.claims.get("fhirUser", "")).rpartition("/")[0]
    swapped = {"sub": _SOMEBODY_ELSE, "fhirUser": f"{fhir_base}/{_SOMEBODY_ELSE}"}
    header = genuine.text.partition(".")[0]
    return f"{header}.{_encoded({**genuine.claims, **swapped})}.{genuine.signature}"


_FORGERIES: Mapping[Forgery, Callable[[IdToken, str], str]] = {
    "none": _unsigned,
    "hs256": _by_public_key,
    "wrong_aud": lambda genuine, _: genuine.changed({"aud": ["another-app"]}),
    "several_aud": _for_several,
    "wrong_iss": lambda genuine, _: genuine.changed({"iss": "https://issuer.example"}),
    "old": _at_another_time(-24),
    "future": _at_another_time(+24),
    "no_nonce": lambda genuine, _: genuine.changed({}, without=["nonce"]),
    "wrong_nonce": lambda genuine, _: genuine.changed({"nonce": "another-nonce"}),
    "unknown_kid": lambda genuine, _: genuine.by_a_stranger("a-kid-that-nobody-publishes"),
    "jku": lambda genuine, canary: genuine.by_a_stranger("a-kid-elsewhere", jku=canary),
    "swapped_user": _somebody_elses,
    "bad_signature": lambda genuine, _: genuine.by_a_stranger(genuine.header["kid"]),
    "truncated": lambda genuine, _: genuine.text.rpartition(".")[0],
}


@cache
def _strangers_key() -> RSAKey:
    return new_key()


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: RSAKey) -> str:
    return jws.serialize_compact(dict(header), json.dumps(claims), key, algorithms=["RS256"])


def _decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _encoded(part: Mapping[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")

"""Signing keys as files: read with care, and made in pairs whose names say when."""

from __future__ import annotations

import calendar
import json
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from smartapp.errors import ConfigurationError, Problem

ALWAYS = float("-inf")  # for a key whose file does not say since when it is published
_PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi")
_MEMBERS = ("kty", "n", "e", "crv", "x", "y", *_PRIVATE_MEMBERS)
_CURVE = "P-384"
_NEW_BITS = 3072
_FEWEST_BITS = 2048
_MADE = "%Y%m%dT%H%M%SZ"
_NAMED = re.compile(r"(?P<made>\d{8}T\d{6}Z)-")


@dataclass(frozen=True)
class SigningKey:
    kid: str
    alg: str
    key: RSAKey | ECKey = field(repr=False)
    file: str = ""
    since: float = ALWAYS  # when it was published first

    def published(self) -> dict[str, Any]:
        return {
            **self.key.as_dict(private=False),
            "kid": self.kid,
            "alg": self.alg,
            "use": "sig",
            "key_ops": ["verify"],
        }


def files_in(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("[!.]*"))


def read_keys(folder: Path) -> tuple[SigningKey, ...]:
    """Raises ConfigurationError with everything that is wrong in the folder."""
    problems: list[Problem] = []
    keys: dict[str, SigningKey] = {}
    for path in files_in(folder):
        try:
            key = _read(path)
        except _Unfit as fault:
            problems.append(Problem(str(path), str(fault)))
            continue
        if key.kid in keys:
            problems.append(Problem(str(path), "holds a key that another file holds too"))
        keys[key.kid] = key
    if not keys and not problems:
        new = f"smartapp keys new --folder {folder}"
        problems.append(Problem(str(folder), f"holds no key; run: {new}"))
    if problems:
        raise ConfigurationError(tuple(problems))
    return tuple(keys.values())


def generate(folder: Path, now: float | None = None) -> str:
    """Adds a pair of keys, one for each algorithm that SMART asks for. Returns their file names."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    when = time.strftime(_MADE, time.gmtime(now))
    pair: dict[str, RSAKey | ECKey] = {
        "1-rs384": RSAKey.generate_key(_NEW_BITS),
        "2-es384": ECKey.generate_key(_CURVE),
    }
    names = []
    for kind, key in pair.items():
        names.append(f"{when}-{kind}.json")
        _write(folder / names[-1], json.dumps(key.as_dict(private=True)))
    return "\n".join(names)


def _write(path: Path, text: str) -> None:
    """Under its name only when it is whole: a running app reads the folder at any moment."""
    unfinished = path.with_name(f".{path.name}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.link(unfinished, path)  # fails where there is such a file
    finally:
        unfinished.unlink()


class _Unfit(ValueError):
    """Says in words what is wrong with a key file, and nothing of what is in it."""


def _read(path: Path) -> SigningKey:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise _Unfit("cannot be read as text") from None
    if mode & 0o077:
        raise _Unfit(f"can be read by others; run: chmod 600 {path}")
    try:
        kid, alg, key = _from_pem(text) if "-----BEGIN" in text else _from_jwk(json.loads(text))
    except _Unfit:
        raise
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm, JoseError):
        raise _Unfit("is no private key in PEM or JWK form") from None
    return SigningKey(kid or key.thumbprint(), alg, key, path.name, _since(path.name))


def _since(name: str) -> float:
    found = _NAMED.match(name)
    if found is None:
        return ALWAYS
    try:
        return float(calendar.timegm(time.strptime(found["made"], _MADE)))
    except ValueError:
        return ALWAYS


Read = tuple[str | None, str, RSAKey | ECKey]


def _from_pem(text: str) -> Read:
    private = load_pem_private_key(text.encode(), password=None)
    if isinstance(private, RSAPrivateKey):
        _check_length(private.key_size)
        return _rsa(RSAKey.import_key(private))
    if isinstance(private, EllipticCurvePrivateKey):
        return _ec(ECKey.import_key(private))
    raise _Unfit("is neither an RSA nor an EC key")


def _from_jwk(jwk: Mapping[str, Any]) -> Read:
    """Only the numbers: an `alg` or `key_ops` written by another tool would forbid our use."""
    if "d" not in jwk:
        raise _Unfit("is a public key, which cannot sign")
    numbers = {name: jwk[name] for name in _MEMBERS if name in jwk}
    kid = jwk.get("kid")
    if jwk["kty"] == "RSA":
        _check_length(6 * len(jwk["n"]))
        return _rsa(RSAKey.import_key(numbers), kid)
    if jwk["kty"] == "EC":
        return _ec(ECKey.import_key(numbers), kid)
    raise _Unfit("is neither an RSA nor an EC key")


def _rsa(key: RSAKey, kid: str | None = None) -> Read:
    return kid, "RS384", key


def _ec(key: ECKey, kid: str | None = None) -> Read:
    if key.curve_name != _CURVE:
        raise _Unfit(f"is on the curve {key.curve_name}; ES384 needs {_CURVE}")
    return kid, "ES384", key


def _check_length(bits: int) -> None:
    if bits < _FEWEST_BITS:
        raise _Unfit(f"has fewer than {_FEWEST_BITS} bits")

"""The keys of the app: kept from others, published without their secret, good for a signature."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from smartapp.auth.client import ASSERTION_SECONDS
from smartapp.auth.key_commands import described, rotate
from smartapp.auth.key_files import read_keys
from smartapp.auth.keys import CACHE_SECONDS, LEAD_SECONDS, STAY_SECONDS, KeyRing, generate
from smartapp.errors import ConfigurationError
from tests.auth.fake_ehr import key

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}


def put(folder: Path, name: str, content: str | dict[str, Any], mode: int = 0o600) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


def pem(private: Any, password: bytes | None = None) -> str:
    encryption: Any = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    encoded: bytes = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    return encoded.decode()


def jwk(name: str, kind: str = "RSA", **more: Any) -> dict[str, Any]:
    return {**key(name, kind).as_dict(private=True), **more}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "new"
    names = generate(folder).splitlines()
    assert names == sorted(path.name for path in folder.iterdir())
    return folder


@pytest.mark.smart(105, 106, 110)
def test_a_new_pair_is_of_both_kinds_and_for_nobody_else_to_read(generated: Path) -> None:
    files = sorted(generated.iterdir())

    assert [path.name.split("-", 1)[1] for path in files] == ["1-rs384.json", "2-es384.json"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert generated.stat().st_mode & 0o777 == 0o700
    assert [each["alg"] for each in KeyRing.load(generated).public_jwks()["keys"]] == [
        "RS384",
        "ES384",
    ]


@pytest.mark.smart(106, 111)
def test_what_is_published_verifies_and_holds_no_secret(generated: Path) -> None:
    ring = KeyRing.load(generated)
    published = ring.public_jwks()

    for each in published["keys"]:
        assert not PRIVATE & each.keys()
        assert {"kty", "kid", "alg", "use", "key_ops"} <= each.keys()
        assert (each["use"], each["key_ops"]) == ("sig", ["verify"])
    rsa_key, ec_key = published["keys"]
    assert {"n", "e"} <= rsa_key.keys()
    assert ec_key["crv"] == "P-384"
    assert (len(ec_key["x"]), len(ec_key["y"])) == (64, 64)  # 48 bytes, padded on the left
    assert len({each["kid"] for each in published["keys"]}) == 2


@pytest.mark.smart(110, 113, 114)
@pytest.mark.parametrize("alg", ["RS384", "ES384"])
def test_trap_a3_both_kinds_of_signature_verify_by_what_is_published(
    alg: str, generated: Path
) -> None:
    ring = KeyRing.load(generated)
    token = ring.sign({"iss": "smartapp"}, [alg])
    published = KeySet.import_key_set(ring.public_jwks())  # type: ignore[arg-type]  # plain JSON

    assert jwt.decode(token, published, algorithms=[alg]).claims == {"iss": "smartapp"}
    header = jws.extract_compact(token.encode()).headers()
    assert header["typ"] == "JWT"
    assert header["alg"] == alg
    assert header["kid"] in {each["kid"] for each in ring.public_jwks()["keys"]}
    assert "jku" not in header


@pytest.mark.parametrize("choices", [[], ["PS512"], ["HS256", "none"]])
def test_where_nothing_fits_the_first_key_signs(choices: list[str], generated: Path) -> None:
    token = KeyRing.load(generated).sign({}, choices)

    assert jws.extract_compact(token.encode()).headers()["alg"] == "RS384"


@pytest.mark.smart(120)
def test_the_first_file_by_name_signs_and_all_are_published(tmp_path: Path) -> None:
    put(tmp_path, "2026-02.json", jwk("new"))
    put(tmp_path, "2026-01.json", jwk("old"))
    put(tmp_path, ".hidden", "not a key")
    ring = KeyRing.load(tmp_path)

    assert [each["kid"] for each in ring.public_jwks()["keys"]] == ["old", "new"]
    assert jws.extract_compact(ring.sign({}).encode()).headers()["kid"] == "old"


def test_trap_a2_keys_are_read_from_pem_of_both_kinds(tmp_path: Path) -> None:
    put(tmp_path, "a.pem", pem(key("rsa").raw_value), mode=0o400)
    put(tmp_path, "b.pem", pem(ec.generate_private_key(ec.SECP384R1())))
    ring = KeyRing.load(tmp_path)

    for alg in ("RS384", "ES384"):
        header = jws.extract_compact(ring.sign({}, [alg]).encode()).headers()
        assert header["alg"] == alg
    assert (
        ring.public_jwks()["keys"][0]["kid"]
        == RSAKey.import_key(key("rsa").as_dict(private=False)).thumbprint()
    )


@pytest.mark.parametrize("more", [{"alg": "RS256"}, {"key_ops": ["verify"], "use": "enc"}])
def test_trap_a2_what_another_tool_wrote_into_a_key_does_not_bind_us(
    more: dict[str, Any], tmp_path: Path
) -> None:
    put(tmp_path, "a.json", jwk("rsa", **more))

    assert KeyRing.load(tmp_path).public_jwks()["keys"][0]["alg"] == "RS384"
    KeyRing.load(tmp_path).sign({})


def test_signing_leaves_the_claims_as_they_were(generated: Path) -> None:
    claims = {"iss": "smartapp"}
    KeyRing.load(generated).sign(claims)

    assert claims == {"iss": "smartapp"}


@pytest.mark.smart(106)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_key_that_others_can_read_stops_the_start(mode: int, tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", jwk("rsa"), mode)

    with pytest.raises(ConfigurationError) as stopped:
        KeyRing.load(tmp_path)

    assert f"{path} can be read by others; run: chmod 600 {path}" in str(stopped.value)


def test_everything_that_is_wrong_is_said_at_once_and_no_secret_with_it(tmp_path: Path) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  (too short on purpose)
    wrong: dict[str, str | dict[str, Any]] = {
        "empty": "",
        "text": "my secret",
        "json": '{"secret": 1}',
        "list": "[]",
        "binary-pem": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
        "password": pem(key("rsa").raw_value, b"secret"),
        "public": key("rsa").as_dict(private=False),
        "curve": jwk("p256", "P-256"),
        "no-curve": {"kty": "EC", "d": "secret", "x": "a", "y": "b"},
        "odd-curve": {"kty": "EC", "crv": "secret", "d": "a", "x": "a", "y": "b"},
        "symmetric": {"kty": "oct", "k": "secret", "d": "x"},
        "edwards": pem(ed25519.Ed25519PrivateKey.generate()),
        "short.pem": pem(short),
        "short.json": {"kty": "RSA", "n": "c2VjcmV0", "e": "AQAB", "d": "c2VjcmV0"},
        "half": {name: value for name, value in jwk("rsa").items() if name not in ("q", "n")},
    }
    for name, content in wrong.items():
        put(tmp_path, name, content)
    (tmp_path / "folder").mkdir(mode=0o700)

    with pytest.raises(ConfigurationError) as stopped:
        KeyRing.load(tmp_path)

    places = {Path(problem.place).name for problem in stopped.value.problems}
    assert places == {*wrong, "folder"}
    assert "secret" not in str(stopped.value).replace(str(tmp_path), "")


def test_a_key_that_stands_in_two_files_is_named(tmp_path: Path) -> None:
    put(tmp_path, "a.json", jwk("rsa"))
    put(tmp_path, "b.json", jwk("rsa"))

    with pytest.raises(ConfigurationError, match=r"b\.json holds a key that another file holds"):
        KeyRing.load(tmp_path)


def test_an_empty_folder_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no key; run: smartapp keys new"):
        KeyRing.load(tmp_path)


def test_a_ring_does_not_show_its_keys() -> None:
    ec_key = ECKey.generate_key("P-384")
    from smartapp.auth.keys import SigningKey

    assert "ECKey" not in repr(SigningKey("a", "ES384", ec_key))


# --- one pair after another -------------------------------------------------------------------

DAY = 24 * 3600.0
THEN = 1_800_000_000.0


@pytest.fixture(scope="module")
def three_generations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pair, another made a day later, a third after ten days. Making keys takes time."""
    folder = tmp_path_factory.mktemp("generations") / "keys"
    for days in (0, 1, 10):
        generate(folder, THEN + days * DAY)
    return folder


def kept(source: Path, folder: Path, *ages: int) -> Path:
    """Some of those pairs, in a folder of their own."""
    folder.mkdir()
    for path in sorted(source.iterdir()):
        if any(path.name.startswith(_stamp(THEN + age * DAY)) for age in ages):
            put(folder, path.name, path.read_text())
    return folder


def _stamp(moment: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))


def signer(ring: KeyRing, alg: str = "ES384") -> str:
    token = ring.sign({"a": 1}, [alg])
    published = KeySet.import_key_set(ring.public_jwks())  # type: ignore[arg-type]  # plain JSON
    jwt.decode(token, published, algorithms=[alg])
    kid: str = jws.extract_compact(token.encode()).headers()["kid"]
    return kid


@pytest.mark.smart(120)
def test_the_next_pair_signs_a_day_after_it_was_published(
    three_generations: Path, tmp_path: Path
) -> None:
    folder = kept(three_generations, tmp_path / "keys", 0, 1)
    now = THEN + DAY
    ring = KeyRing.load(folder, lambda: now)
    (first, _), (second, _) = (
        [key for key in read_keys(folder) if key.since == THEN + age * DAY][::-1] for age in (0, 1)
    )

    assert signer(ring) == first.kid
    now = THEN + 2 * DAY - 1
    assert signer(ring) == first.kid
    now = THEN + 2 * DAY
    assert signer(ring) == second.kid
    assert len(ring.public_jwks()["keys"]) == 4, "the first pair is still published"


def test_a_first_pair_signs_from_the_start(three_generations: Path, tmp_path: Path) -> None:
    folder = kept(three_generations, tmp_path / "keys", 0)

    for alg in ("RS384", "ES384"):
        signer(KeyRing.load(folder, lambda: THEN + 1), alg)


@pytest.mark.smart(109, 120)
def test_what_is_published_may_be_kept_for_less_than_keys_overlap() -> None:
    assert 60 <= CACHE_SECONDS < LEAD_SECONDS
    assert ASSERTION_SECONDS < STAY_SECONDS


@pytest.mark.smart(120)
def test_a_running_app_takes_up_new_keys_by_itself(three_generations: Path, tmp_path: Path) -> None:
    folder = kept(three_generations, tmp_path / "keys", 0)
    now = THEN + DAY
    ring = KeyRing.load(folder, lambda: now)
    before = signer(ring)
    kept(three_generations, tmp_path / "next", 1)
    for path in (tmp_path / "next").iterdir():
        path.rename(folder / path.name)

    assert len(ring.public_jwks()["keys"]) == 2, "not looked yet"
    now += 61
    assert len(ring.public_jwks()["keys"]) == 4
    assert signer(ring) == before
    now += DAY
    assert signer(ring) != before


def test_a_folder_that_was_spoilt_leaves_the_keys_as_they_are(
    three_generations: Path, tmp_path: Path
) -> None:
    folder = kept(three_generations, tmp_path / "keys", 0)
    now = THEN
    ring = KeyRing.load(folder, lambda: now)
    put(folder, "broken.json", "{}")
    now += 61

    assert len(ring.public_jwks()["keys"]) == 2
    (folder / "broken.json").unlink()
    for path in folder.iterdir():
        path.unlink()
    now += 61
    signer(ring)


@pytest.mark.smart(120)
def test_rotation_publishes_waits_and_takes_away(three_generations: Path, tmp_path: Path) -> None:
    folder = kept(three_generations, tmp_path / "keys", 0, 1)

    assert rotate(folder, THEN + DAY) == ("the next keys are there already; nothing was made",)
    states = [line.split("  ")[2] for line in described(folder, THEN + DAY)]
    assert states[0] == "signs"
    assert states[2] == f"published, signs from {_day(THEN + 2 * DAY)}"

    states = [line.split("  ")[2] for line in described(folder, THEN + 2.5 * DAY)]
    assert states[0] == f"published until {_day(THEN + 3 * DAY)}"
    assert states[2] == "signs"

    done = rotate(folder, THEN + 3 * DAY)
    assert [line.split()[0] for line in done] == ["made", "made", "took", "took"]
    assert {key.since for key in read_keys(folder)} == {THEN + DAY, THEN + 3 * DAY}


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))


def test_after_a_theft_only_new_keys_are_left(three_generations: Path, tmp_path: Path) -> None:
    folder = kept(three_generations, tmp_path / "keys", 0, 1)
    put(folder, "bought.pem", pem(ec.generate_private_key(ec.SECP384R1())))

    rotate(folder, THEN + 3 * DAY, at_once=True)

    assert {key.since for key in read_keys(folder)} == {THEN + 3 * DAY}
    signer(KeyRing.load(folder, lambda: THEN + 3 * DAY))
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.smart(120)
def test_while_keys_change_no_request_is_signed_by_a_key_that_the_ehr_cannot_know(
    three_generations: Path, tmp_path: Path
) -> None:
    """An EHR that reads them only every 23 hours, whatever it was told. Over two weeks."""
    folder = kept(three_generations, tmp_path / "keys", 0, 1)
    now = THEN
    ring = KeyRing.load(folder, lambda: now)
    later = {10: kept(three_generations, tmp_path / "later", 10)}
    known: set[str] = set()
    read_at = float("-inf")
    for quarter in range(14 * 96):
        now = THEN + quarter * 900
        if now >= THEN + 10 * DAY and 10 in later:
            for path in later.pop(10).iterdir():
                path.rename(folder / path.name)
        if now - read_at >= 23 * 3600:
            known, read_at = {each["kid"] for each in ring.public_jwks()["keys"]}, now
        if quarter % 8 == 0:
            assert signer(ring, "ES384") in known

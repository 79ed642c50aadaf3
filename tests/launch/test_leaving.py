"""From a launch address to the EHR's login: which registration, and what is asked of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import given
from hypothesis import strategies as st

from smartapp.auth.discovery import Endpoints
from smartapp.config import Audience, ClientAuth, Ehr, LaunchKind, Settings
from smartapp.errors import LaunchParameterMissing, UnknownIssuer
from smartapp.launch import PendingLaunch, begin, registration_for

ISS = "https://ehr.example.org/api/FHIR/R4"
AUTHORIZE = "https://auth.example.org/authorize"
NOW = 1_800_000_000.0


def registration(**changes: Any) -> Ehr:
    usual: dict[str, Any] = {
        "key": "staff",
        "name": "Riverside Clinic",
        "iss": ISS,
        "audience": Audience.CLINICIAN,
        "client_id": "smartapp@clinic",
        "client_auth": ClientAuth.PUBLIC,
        "scopes": {},
        "launches": frozenset({LaunchKind.EHR}),
        "redirect_uri": "https://app.example.org/callback/staff",
    }
    return Ehr(**(usual | changes))


def settings(*ehrs: Ehr) -> Settings:
    return Settings("App", "https://app.example.org", True, ehrs, Path("policy"), (b"k" * 32,))


STAFF = registration()
PATIENTS = registration(
    key="patients", audience=Audience.PATIENT, launches=frozenset({LaunchKind.STANDALONE})
)
BOTH = settings(STAFF, PATIENTS)

HOSTILE_LINES = """
http://169.254.169.254/latest/meta-data
http://169.254.169.254
http://2852039166/
http://0xa9fea9fe/
http://0251.0376.0251.0376/
http://[::ffff:169.254.169.254]/
http://[::1]:8001/fhir
http://127.0.0.1/
http://127.1/
http://localhost/
http://localhost:6379/
http://metadata.google.internal/
file:///etc/passwd
ftp://ehr.example.org/api/FHIR/R4
gopher://ehr.example.org/
data:text/html,x
javascript:alert(1)
http://ehr.example.org/api/FHIR/R4
//ehr.example.org/api/FHIR/R4
ehr.example.org/api/FHIR/R4
https:ehr.example.org/api/FHIR/R4
https:/ehr.example.org/api/FHIR/R4
https:///ehr.example.org/api/FHIR/R4
HTTPS://ehr.example.org/api/FHIR/R4
https://EHR.example.org/api/FHIR/R4
https://ehr.example.org/api/fhir/r4
https://ehr.example.org:443/api/FHIR/R4
https://ehr.example.org:8443/api/FHIR/R4
https://ehr.example.org./api/FHIR/R4
https://ehr.example.org.evil.example/api/FHIR/R4
https://evil.example/api/FHIR/R4
https://evil.example/https://ehr.example.org/api/FHIR/R4
https://evil.example?https://ehr.example.org/api/FHIR/R4
https://evil.example#https://ehr.example.org/api/FHIR/R4
https://ehr.example.org@evil.example/api/FHIR/R4
https://user@ehr.example.org/api/FHIR/R4
https://user:pass@ehr.example.org/api/FHIR/R4
https://ehr.example.org%40evil.example/api/FHIR/R4
https://ehr.example.org\\@evil.example/api/FHIR/R4
https://ehr.example.org\\.evil.example/api/FHIR/R4
https://ehr.example.org/api/FHIR/R4/..
https://ehr.example.org/api/FHIR/R4/../R4
https://ehr.example.org/api/./FHIR/R4
https://ehr.example.org/api/FHIR/%52%34
https://ehr.example.org/%61pi/FHIR/R4
https://ehr.example.org/api%2FFHIR%2FR4
https://ehr.example.org/api/FHIR/R4%2f
https://ehr.example.org/api/FHIR/R4%00
https://ehr.example.org/api/FHIR/R4%0d%0aHost:%20evil
https://ehr.example.org/api/FHIR/R4?x=1
https://ehr.example.org/api/FHIR/R4/?
https://ehr.example.org/api/FHIR/R4#
https://ehr.example.org/api/FHIR/R4#@evil.example
https://ehr.example.org/api/FHIR/R4;x
https://ehr.example.org/api/FHIR/R4//
https://ehr.example.org//api/FHIR/R4
https://ehr.example.org/api/FHIR/R4/Patient
https://ehr.example.org/api/FHIR
https://ehr.example.org/
https://ehr.example.org
https://xn--hr-xia.example.org/api/FHIR/R4
https://ｅhr.example.org/api/FHIR/R4
https://еhr.example.org/api/FHIR/R4
https://ehr。example.org/api/FHIR/R4
https://ehr.example.org／api/FHIR/R4
https://ehr.example.org/api/FHIR/R4/ï
*
None
"""
HOSTILE = [
    *HOSTILE_LINES.split(),
    " " + ISS,
    ISS + " ",
    ISS + "\n",
    ISS + "\r\nX: y",
    ISS + "\x00",
    "\ufeff" + ISS,
    ISS + "\u200b",
    ISS[:-1] + "４",
    ISS + "," + ISS,
    ISS * 2,
    ISS + "/" * 5_000,
    "https://" + "a" * 50_000,
]


@pytest.mark.smart(18, 25)
@pytest.mark.parametrize("kind", LaunchKind)
@pytest.mark.parametrize("iss", HOSTILE, ids=range(len(HOSTILE)))
def test_an_issuer_that_is_not_written_as_registered_is_unknown(iss: str, kind: LaunchKind) -> None:
    """No connection can be made here: nothing that could make one is even at hand."""
    assert len(HOSTILE) >= 60
    with pytest.raises(UnknownIssuer) as refused:
        registration_for(BOTH, iss, kind)

    assert str(refused.value) == ""


@given(st.text())
def test_whatever_is_added_to_an_issuer_makes_it_unknown(text: str) -> None:
    for iss in (ISS + text, text + ISS):
        if iss not in (ISS, ISS + "/"):
            with pytest.raises(UnknownIssuer):
                registration_for(BOTH, iss, LaunchKind.EHR)


@pytest.mark.smart(25, 39)
@pytest.mark.parametrize("configured", [ISS, ISS + "/"])
@pytest.mark.parametrize("iss", [ISS, ISS + "/"])
def test_a_slash_at_the_end_makes_no_difference_and_is_kept(configured: str, iss: str) -> None:
    known = settings(registration(iss=configured))

    assert registration_for(known, iss, LaunchKind.EHR).iss == iss


def test_each_kind_of_launch_has_its_registration() -> None:
    assert registration_for(BOTH, ISS, LaunchKind.EHR).key == "staff"
    assert registration_for(BOTH, ISS, LaunchKind.STANDALONE).key == "patients"
    with pytest.raises(UnknownIssuer):
        registration_for(settings(STAFF), ISS, LaunchKind.STANDALONE)


@pytest.mark.smart(18)
@pytest.mark.parametrize("iss", [None, ""])
def test_a_launch_without_an_issuer_is_incomplete(iss: str | None) -> None:
    with pytest.raises(LaunchParameterMissing):
        registration_for(BOTH, iss, LaunchKind.EHR)


PREFIX = "https://launch.example.org/v/r4/sim/"


@pytest.mark.parametrize("tail", ["WzIsIiJd/fhir", "a/fhir/"])
def test_a_prefix_lets_every_simulation_of_the_launcher_in(tail: str) -> None:
    launcher = settings(registration(iss=PREFIX + "x/fhir", iss_prefix=PREFIX))

    assert registration_for(launcher, PREFIX + tail, LaunchKind.EHR).iss == PREFIX + tail


@pytest.mark.parametrize(
    "iss",
    [
        PREFIX + "../../../admin",
        PREFIX + "%2e%2e/admin",
        PREFIX + "x/fhir?a=b",
        PREFIX + "x/fhir#a",
        PREFIX + "/x",
        PREFIX.replace(".org", ".org:8443") + "x/fhir",
        PREFIX.replace("https", "http") + "x/fhir",
        "https://launch.example.org.evil.example/v/r4/sim/x/fhir",
        "https://launch.example.org@evil.example/v/r4/sim/x/fhir",
        "https://launch.example.org/v/r4/simx/fhir",
    ],
)
def test_a_prefix_lets_nothing_else_in(iss: str) -> None:
    launcher = settings(registration(iss=PREFIX + "x/fhir", iss_prefix=PREFIX))

    with pytest.raises(UnknownIssuer):
        registration_for(launcher, iss, LaunchKind.EHR)


# --- what is asked of the EHR -----------------------------------------------------------------


def leave(
    ehr: Ehr = STAFF,
    kind: LaunchKind = LaunchKind.EHR,
    launch: str | None = "xyz",
    scope: str = "openid fhirUser launch user/Patient.rs",
    authorize: str = AUTHORIZE,
) -> tuple[PendingLaunch, dict[str, str]]:
    endpoints = Endpoints(authorize, "https://auth.example.org/token")
    pending, asking = begin(ehr, endpoints, kind, launch=launch, scope=scope, now=NOW, locale="es")
    assert asking.url.startswith(AUTHORIZE + "?")
    asked = parse_qsl(urlsplit(asking.url).query, keep_blank_values=True, strict_parsing=True)
    assert len(asked) == len(dict(asked))
    return pending, dict(asked)


@pytest.mark.smart(11, 34, 35, 36, 37, 39, 40, 41, 42, 47, 49)
def test_the_request_holds_everything_that_smart_asks_for_and_nothing_more() -> None:
    pending, asked = leave()

    assert asked == {
        "response_type": "code",
        "client_id": "smartapp@clinic",
        "redirect_uri": "https://app.example.org/callback/staff",
        "scope": "openid fhirUser launch user/Patient.rs",
        "state": pending.state,
        "launch": "xyz",
        "aud": ISS,
        "nonce": pending.nonce,
        "code_challenge": create_s256_code_challenge(pending.verifier),
        "code_challenge_method": "S256",
    }


def test_what_must_be_remembered_is_remembered() -> None:
    pending, _ = leave()

    assert (pending.ehr_key, pending.iss, pending.kind) == ("staff", ISS, LaunchKind.EHR)
    assert (pending.started_at, pending.locale) == (NOW, "es")
    assert pending.scope == "openid fhirUser launch user/Patient.rs"
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,64}", pending.lid)
    for secret in (pending.state, pending.verifier, pending.nonce):
        assert secret not in repr(pending)


@pytest.mark.smart(3, 4, 38, 42)
def test_each_launch_has_secrets_of_its_own_with_enough_chance_in_them() -> None:
    launches = [leave()[0] for _ in range(1000)]

    for name in ("state", "nonce", "verifier", "lid"):
        values = [getattr(pending, name) for pending in launches]
        assert len(set(values)) == 1000
        # Six bits a character: 22 hold 128 bits, more than the 122 that are asked for.
        assert min(map(len, values)) >= 22
    assert all(re.fullmatch(r"[A-Za-z0-9_.~-]{43,128}", each.verifier) for each in launches)


@pytest.mark.smart(41, 42)
def test_trap_a7_the_challenge_is_always_s256() -> None:
    """The endpoints do not even carry what an EHR advertises: there is nothing to fall back to."""
    assert leave()[1]["code_challenge_method"] == "S256"
    assert "code_challenge_methods_supported" not in Endpoints.__dataclass_fields__


@pytest.mark.smart(19)
@pytest.mark.parametrize(
    "launch", ["a+b/c=d%e&f", "ñ 漢字", "eyJhbGciOiJub25lIn0.e30.", "x" * 4096, "%2B", " "]
)
def test_the_launch_value_is_echoed_to_the_letter(launch: str) -> None:
    assert leave(launch=launch)[1]["launch"] == launch


@pytest.mark.smart(19, 20)
def test_an_ehr_launch_asks_for_the_scope_launch_and_keeps_its_hints() -> None:
    assert leave(scope="openid")[1]["scope"] == "launch openid"
    assert leave(scope="launch launch/patient")[1]["scope"] == "launch launch/patient"


@pytest.mark.smart(18)
@pytest.mark.parametrize("launch", [None, ""])
def test_an_ehr_launch_without_its_launch_value_is_incomplete(launch: str | None) -> None:
    with pytest.raises(LaunchParameterMissing):
        leave(launch=launch)


@pytest.mark.smart(21, 22)
@pytest.mark.parametrize("launch", [None, "xyz"])
@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        ("openid launch/patient patient/Task.rs", "openid launch/patient patient/Task.rs"),
        ("openid launch patient/Task.rs", "launch/patient openid patient/Task.rs"),
        ("openid launch user/Task.rs", "openid user/Task.rs"),
    ],
)
def test_a_standalone_launch_sends_no_launch_and_asks_which_patient(
    launch: str | None, scope: str, asked: str
) -> None:
    pending, parameters = leave(PATIENTS, LaunchKind.STANDALONE, launch, scope)

    assert "launch" not in parameters
    assert parameters["scope"] == pending.scope == asked


@pytest.mark.smart(39)
@pytest.mark.parametrize("iss", [ISS, ISS + "/"])
def test_the_audience_is_the_issuer_to_the_letter(iss: str) -> None:
    ehr = registration_for(BOTH, iss, LaunchKind.EHR)

    assert leave(ehr)[1]["aud"] == iss


@pytest.mark.smart(39)
def test_an_ehr_may_want_another_audience() -> None:
    ehr = registration(vendor={"aud": "https://api.example.org"})

    assert leave(ehr)[1]["aud"] == "https://api.example.org"


@pytest.mark.smart(48)
def test_a_query_of_the_authorization_endpoint_is_kept() -> None:
    _, asked = leave(authorize=AUTHORIZE + "?tenant=1&flag=&name=a%20b")

    assert (asked["tenant"], asked["flag"], asked["name"]) == ("1", "", "a b")
    assert asked["response_type"] == "code"


@pytest.mark.smart(82)
def test_a_narrowed_scope_arrives_to_the_letter() -> None:
    scope = "launch user/Observation.rs?category=http://terminology.hl7.org/x|vital-signs"

    assert leave(scope=scope)[1]["scope"] == scope


# --- in the address, or as a form -------------------------------------------------------------


def goes_by_post(scope: str, *capabilities: str, **vendor: str) -> bool:
    endpoints = Endpoints(
        AUTHORIZE, "https://auth.example.org/token", capabilities=frozenset(capabilities)
    )
    _, asking = begin(
        registration(vendor=vendor), endpoints, LaunchKind.EHR, launch="xyz", scope=scope, now=NOW
    )
    return asking.by_post


@pytest.mark.smart(32, 45, 46)
def test_a_long_request_goes_as_a_form_where_the_ehr_takes_one() -> None:
    short = "openid fhirUser user/Patient.rs"
    long = short + "".join(f" user/Type{n}.rs" for n in range(1000))

    assert goes_by_post(long, "authorize-post")
    assert not goes_by_post(long)
    assert not goes_by_post(short, "authorize-post")


@pytest.mark.smart(45)
def test_a_registration_may_know_better() -> None:
    assert goes_by_post("openid", authorize="post")
    assert not goes_by_post("openid " * 500, "authorize-post", authorize="get")

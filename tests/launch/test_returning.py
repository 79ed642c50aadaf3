"""Back from the EHR's login, up to a finished launch: who, for which patient, with which rights."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from smartapp.auth.discovery import discover
from smartapp.config import Audience, Ehr, LaunchKind
from smartapp.errors import (
    AccessDenied,
    AuthorizationRefused,
    ContextChanged,
    EhrServerError,
    IdentityRefused,
    LaunchExpired,
    LaunchFailed,
    LaunchParameterMissing,
    MixedUp,
    NoPatientChosen,
    StrongerLoginNeeded,
    TokenMalformed,
    TokenRefused,
    WrongAudience,
)
from smartapp.launch import (
    Launched,
    PendingLaunch,
    Role,
    begin,
    check_return,
    finish,
    redeem,
    refresh,
    renewed,
)
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, TOKEN, FakeEhr

SCOPE = "openid fhirUser launch user/Patient.rs"


def leave(fake: FakeEhr, transport: Transport, ehr: Ehr | None = None) -> PendingLaunch:
    ehr = ehr or fake.registration()
    pending, _ = begin(
        ehr, discover(ehr, transport), LaunchKind.EHR, launch="x", scope=SCOPE, now=NOW, locale="es"
    )
    return pending


def answer_for(fake: FakeEhr, pending: PendingLaunch, **changes: Any) -> None:
    """The token answer of a nurse's launch with a patient open; `who_*` changes the identity."""
    identity = {name[4:]: changes.pop(name) for name in list(changes) if name.startswith("who_")}
    usual = {
        "access_token": "access-1",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": SCOPE,
        "patient": "ada",
        "id_token": fake.id_token(**({"nonce": pending.nonce} | identity)),
    }
    said = usual | changes
    fake.answers(TOKEN, {name: value for name, value in said.items() if value is not None})


def return_(
    fake: FakeEhr, transport: Transport, ehr: Ehr | None = None, **changes: Any
) -> Launched:
    """A whole launch, from leaving to the finished one."""
    ehr = ehr or fake.registration()
    pending = leave(fake, transport, ehr)
    answer_for(fake, pending, **changes)
    code = check_return(pending, {"state": pending.state, "code": "code-1"}, now=NOW + 5)
    endpoints = discover(ehr, transport)
    answer = redeem(pending, ehr, endpoints, code, keys=None, transport=transport, now=NOW)
    return finish(pending, ehr, endpoints, answer, transport=transport, now=NOW)


# --- coming back ------------------------------------------------------------------------------


@pytest.fixture
def pending(fake: FakeEhr, transport: Transport) -> PendingLaunch:
    return leave(fake, transport)


def test_the_code_comes_back_with_the_state(pending: PendingLaunch) -> None:
    params = {"code": "code+/=1", "state": pending.state, "session_state": "unknown"}

    assert check_return(pending, params, now=NOW + 599) == "code+/=1"


@pytest.mark.smart(5, 50)
@pytest.mark.parametrize(
    "state", [None, "", "wrong", "ü", "\udcff", "{state}x", "{cut}", "{upper}"]
)
@pytest.mark.parametrize("rest", [{"code": "code-1"}, {"error": "access_denied"}, {}])
def test_without_the_exact_state_nothing_else_is_looked_at(
    state: str | None, rest: dict[str, str], pending: PendingLaunch
) -> None:
    params = dict(rest)
    if state is not None:
        params["state"] = state.format(
            state=pending.state, cut=pending.state[:-1], upper=pending.state.swapcase()
        )

    with pytest.raises(LaunchExpired):
        check_return(pending, params, now=NOW)


@pytest.mark.smart(51)
def test_after_ten_minutes_the_way_back_is_closed(pending: PendingLaunch) -> None:
    with pytest.raises(LaunchExpired):
        check_return(pending, {"state": pending.state, "code": "c"}, now=NOW + 601)


@pytest.mark.smart(53)
def test_somebody_said_no(pending: PendingLaunch) -> None:
    params = {"state": pending.state, "error": "access_denied", "error_description": "Ada said no"}

    with pytest.raises(AccessDenied) as denied:
        check_return(pending, params, now=NOW)

    assert str(denied.value) == ""


@pytest.mark.smart(6, 53)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_scope", "invalid_scope"),
        ("server_error", "server_error"),
        ("<script>alert(1)</script>", "unrecognised"),
        ("", "unrecognised"),
    ],
)
def test_an_error_is_known_by_its_code_only(error: str, code: str, pending: PendingLaunch) -> None:
    params = {"state": pending.state, "error": error, "code": "code-1"}

    with pytest.raises(AuthorizationRefused) as refused:
        check_return(pending, params, now=NOW)

    assert refused.value.error == code


@pytest.mark.parametrize("params", [{}, {"code": ""}])
def test_a_way_back_without_a_code_is_incomplete(
    params: dict[str, str], pending: PendingLaunch
) -> None:
    with pytest.raises(LaunchParameterMissing):
        check_return(pending, {"state": pending.state, **params}, now=NOW)


@pytest.mark.smart(54)
@pytest.mark.parametrize("promised", [True, False])
@pytest.mark.parametrize(
    ("iss", "fits"),
    [
        ("{origin}", True),
        ("{origin}/", True),
        ("https://evil.example", False),
        ("{origin}/fhir", False),
        ("", False),
    ],
)
def test_trap_a6_a_server_that_names_itself_must_be_the_one_we_left_for(
    iss: str, fits: bool, promised: bool, fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(authorization_response_iss_parameter_supported=promised)
    pending = leave(fake, transport)
    params = {"state": pending.state, "code": "c", "iss": iss.format(origin=fake.origin)}

    if fits:
        assert check_return(pending, params, now=NOW) == "c"
    else:
        with pytest.raises(MixedUp):
            check_return(pending, params, now=NOW)


@pytest.mark.smart(54)
def test_trap_a6_a_server_that_promised_to_name_itself_must_do_so(
    fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(authorization_response_iss_parameter_supported=True)
    pending = leave(fake, transport)

    with pytest.raises(MixedUp):
        check_return(pending, {"state": pending.state, "code": "c"}, now=NOW)


@pytest.mark.smart(54)
def test_a_server_without_a_known_name_can_only_be_called_by_the_fhir_base(
    fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(issuer=None)
    pending = leave(fake, transport)
    params = {"state": pending.state, "code": "c"}

    assert check_return(pending, params | {"iss": fake.base}, now=NOW) == "c"
    with pytest.raises(MixedUp):
        check_return(pending, params | {"iss": "https://evil.example"}, now=NOW)


# --- the code for a token ---------------------------------------------------------------------


@pytest.mark.smart(42, 55)
def test_the_code_is_redeemed_with_the_verifier_and_the_same_callback(
    fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration()
    pending = leave(fake, transport, ehr)
    answer_for(fake, pending)
    redeem(pending, ehr, discover(ehr, transport), "c+/=", keys=None, transport=transport, now=NOW)

    assert fake.forms() == [
        {
            "grant_type": "authorization_code",
            "code": "c+/=",
            "redirect_uri": "http://localhost:8000/callback/clinic",
            "code_verifier": pending.verifier,
            "client_id": "smartapp-test",
        }
    ]


@pytest.mark.smart(54)
def test_an_answer_to_the_callback_of_another_registration_redeems_nothing(
    fake: FakeEhr, transport: Transport
) -> None:
    pending = leave(fake, transport)
    other = fake.registration(key="other")

    with pytest.raises(MixedUp):
        redeem(
            pending, other, discover(other, transport), "c", keys=None, transport=transport, now=NOW
        )

    assert fake.forms() == []


@pytest.mark.smart(33)
@pytest.mark.parametrize(
    ("content", "status", "failure"),
    [
        ({"error": "invalid_grant"}, 400, TokenRefused),
        ("<html>", 200, TokenMalformed),
        ("", 500, EhrServerError),
        ("", 404, TokenRefused),
    ],
)
def test_after_a_failure_the_ehr_is_asked_anew_where_its_endpoints_are(
    content: Any, status: int, failure: type[Exception], fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration()
    pending = leave(fake, transport, ehr)
    endpoints = discover(ehr, transport)
    fake.answers(TOKEN, content, status)
    with pytest.raises(failure):
        redeem(pending, ehr, endpoints, "c", keys=None, transport=transport, now=NOW)
    fake.publishes(token_endpoint=f"{fake.origin}/moved")

    assert len(fake.forms()) == 1
    assert discover(ehr, transport).token == f"{fake.origin}/moved"


# --- who, for which patient, with which rights ------------------------------------------------


@pytest.mark.smart(63, 76, 78)
def test_a_nurse_comes_in_from_an_open_chart(fake: FakeEhr, transport: Transport) -> None:
    launched = return_(fake, transport, encounter="visit-7", intent="reconcile", tenant="t 1")

    assert (launched.user.role, launched.user.fhir_user) == (Role.STAFF, "Practitioner/nina")
    assert launched.user.key == f"{fake.origin}|user-1"
    assert (launched.patient_id, launched.encounter_id) == ("ada", "visit-7")
    assert (launched.intent, launched.tenant) == ("reconcile", "t 1")
    assert (launched.kind, launched.ehr_key, launched.iss) == (LaunchKind.EHR, "clinic", fake.base)
    assert launched.locale == "es"
    assert (launched.token.access, launched.token.expires_at) == ("access-1", NOW + 300)
    assert launched.token.refresh is None


@pytest.mark.smart(76)
@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("Patient", Role.PATIENT),
        ("RelatedPerson", Role.PATIENT),
        ("Person", Role.PATIENT),
        ("Practitioner", Role.STAFF),
        ("PractitionerRole", Role.STAFF),
    ],
)
@pytest.mark.parametrize("form", ["{reference}", "{base}/{reference}"])
def test_the_role_follows_from_who_the_ehr_says_is_there(
    form: str, kind: str, role: Role, fake: FakeEhr, transport: Transport
) -> None:
    stated = form.format(reference=f"{kind}/p-1.x", base=fake.base)

    user = return_(fake, transport, who_fhirUser=stated).user

    assert (user.role, user.fhir_user) == (role, f"{kind}/p-1.x")


@pytest.mark.smart(76, 91)
@pytest.mark.parametrize(
    "stated",
    [
        "https://evil.example/Practitioner/1",
        "{base}evil/Practitioner/1",
        "{origin}/other/Practitioner/1",
        "{base}/../Practitioner/1",
        "{base}/Practitioner/1?x",
        "{base}/Practitioner/1#x",
        "{base}/x/Practitioner/1",
        "//evil.example/Practitioner/1",
        "/Practitioner/1",
        "Practitioner",
        "Practitioner/",
        "Practitioner/..",
        "Practitioner/1/_history/2",
        "Device/1",
        "Organization/1",
        "practitioner/1",
        "Practitioner/1 ",
        "Practitioner/a b",
        "Practitioner/" + "x" * 200,
    ],
)
def test_a_user_who_is_nobody_on_this_base_is_refused(
    stated: str, fake: FakeEhr, transport: Transport
) -> None:
    with pytest.raises(IdentityRefused):
        return_(fake, transport, who_fhirUser=stated.format(base=fake.base, origin=fake.origin))


@pytest.mark.smart(76)
@pytest.mark.parametrize(
    ("audience", "kind", "failure"),
    [
        (Audience.PATIENT, "Patient", None),
        (Audience.PATIENT, "RelatedPerson", None),
        (Audience.PATIENT, "Practitioner", WrongAudience),
        (Audience.CLINICIAN, "Practitioner", None),
        (Audience.CLINICIAN, "PractitionerRole", None),
        (Audience.CLINICIAN, "Patient", WrongAudience),
        (Audience.CLINICIAN, "RelatedPerson", WrongAudience),
        (Audience.CLINICIAN, "Person", WrongAudience),
        (Audience.PATIENT, None, None),
        (Audience.CLINICIAN, None, IdentityRefused),
        (Audience.BOTH, None, IdentityRefused),
    ],
)
def test_each_registration_lets_in_only_those_it_is_for(
    audience: Audience,
    kind: str | None,
    failure: type[LaunchFailed] | None,
    fake: FakeEhr,
    transport: Transport,
) -> None:
    ehr = fake.registration(audience=audience)
    stated = f"{kind}/1" if kind else None

    if failure is None:
        launched = return_(fake, transport, ehr, who_fhirUser=stated)
        assert launched.user.fhir_user == (stated or "")
    else:
        with pytest.raises(failure):
            return_(fake, transport, ehr, who_fhirUser=stated)


@pytest.mark.smart(77)
@pytest.mark.parametrize("scope", [SCOPE, "launch user/Patient.rs", None])
def test_without_an_identity_nobody_comes_in(
    scope: str | None, fake: FakeEhr, transport: Transport
) -> None:
    with pytest.raises(IdentityRefused):
        return_(fake, transport, id_token=None, scope=scope)


def test_an_identity_of_another_launch_does_not_fit(fake: FakeEhr, transport: Transport) -> None:
    with pytest.raises(IdentityRefused):
        return_(fake, transport, who_nonce="of-another-launch")


@pytest.mark.smart(63)
@pytest.mark.parametrize("fhir_user", ["Patient/ada", "RelatedPerson/mother"])
@pytest.mark.parametrize("patient", [None, ""])
def test_a_patient_for_whom_no_record_was_chosen_is_told_so(
    patient: str | None, fhir_user: str, fake: FakeEhr, transport: Transport
) -> None:
    with pytest.raises(NoPatientChosen):
        return_(fake, transport, patient=patient, who_fhirUser=fhir_user)


@pytest.mark.smart(63)
def test_staff_come_in_without_an_open_chart_too(fake: FakeEhr, transport: Transport) -> None:
    assert return_(fake, transport, patient=None).patient_id is None


@pytest.mark.parametrize("name", ["patient", "encounter"])
@pytest.mark.parametrize("stated", [7, ["ada"], "a/b", "..", "a?b", "a b", "ada\n", "x" * 129])
def test_an_id_that_could_lead_elsewhere_is_refused(
    stated: Any, name: str, fake: FakeEhr, transport: Transport
) -> None:
    with pytest.raises(TokenMalformed):
        return_(fake, transport, **{name: stated})


@pytest.mark.smart(64)
@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("false", False),
        ("False", False),
        (None, True),
        ("", True),
        (0, True),
        ([], True),
    ],
)
def test_the_patient_banner_is_hidden_only_by_a_clear_no(
    stated: Any, shown: bool, fake: FakeEhr, transport: Transport
) -> None:
    assert return_(fake, transport, need_patient_banner=stated).needs_patient_banner is shown


@pytest.mark.smart(65, 67)
@pytest.mark.parametrize("stated", [None, "", 7, {"a": 1}])
def test_an_intent_or_tenant_that_makes_no_sense_is_none(
    stated: Any, fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, intent=stated, tenant=stated)

    assert (launched.intent, launched.tenant) == (None, None)


@pytest.mark.smart(68, 69, 91)
@pytest.mark.parametrize(
    ("stated", "references"),
    [
        (["ImagingStudy/1", "Task/2"], ("ImagingStudy/1", "Task/2")),
        ([{"reference": "Task/1"}, {"reference": "Task/2", "type": "Task"}], ("Task/1", "Task/2")),
        ([{"reference": "Task/1", "role": ""}], ("Task/1",)),
        ([{"reference": "Task/2", "role": "launch"}], ("Task/2",)),
        ([{"reference": "Task/1", "role": "https://ehr.example/role"}], ()),
        ([{"reference": "Patient/bob"}, "Patient/bob", "Encounter/3"], ()),
        (["{base}/Task/1", "https://evil.example/Task/2", "//evil.example/Task/3"], ("Task/1",)),
        ([{"canonical": "https://x/y"}, {"identifier": {"value": "1"}}, {}], ()),
        ([{"reference": "Task/1", "unknown": [1]}], ("Task/1",)),
        (["Task/../admin", "Task", 7, None, [], {"reference": 7}], ()),
        ([{"reference": "Task/1", "role": ["launch"]}], ()),
        ([], ()),
        ("Task/1", ()),
        ({"reference": "Task/1"}, ()),
        (None, ()),
    ],
)
def test_further_context_is_read_in_both_forms_and_never_replaces_the_patient(
    stated: Any, references: tuple[str, ...], fake: FakeEhr, transport: Transport
) -> None:
    if isinstance(stated, list):
        stated = [
            item.replace("{base}", fake.base) if isinstance(item, str) else item for item in stated
        ]

    launched = return_(fake, transport, fhirContext=stated)

    assert launched.patient_id == "ada"
    assert launched.fhir_context == references


@pytest.mark.smart(59, 85)
@pytest.mark.parametrize(
    ("granted", "scope"), [(None, SCOPE), ("", ""), ("openid fhirUser", "openid fhirUser")]
)
def test_a_scope_that_is_left_out_is_the_one_that_was_asked_for(
    granted: str | None, scope: str, fake: FakeEhr, transport: Transport
) -> None:
    assert return_(fake, transport, scope=granted).token.scope == scope


@pytest.mark.smart(103)
def test_a_refresh_token_is_kept_whether_or_not_its_scope_is_echoed(
    fake: FakeEhr, transport: Transport
) -> None:
    assert return_(fake, transport, refresh_token="r-1", scope="openid").token.refresh == "r-1"


@pytest.mark.parametrize(
    ("acr", "amr", "enough"),
    [
        ("loa-3", None, True),
        (None, ["pwd", "otp"], True),
        (None, "otp", True),
        ("loa-1", ["pwd"], False),
        (None, None, False),
        ("", [], False),
        (["loa-3"], {"otp": 1}, False),
    ],
)
def test_a_clinic_can_ask_for_a_second_factor(
    acr: Any, amr: Any, enough: bool, fake: FakeEhr, transport: Transport
) -> None:
    ehr = fake.registration(require_mfa=("loa-3", "otp"))

    if enough:
        return_(fake, transport, ehr, who_acr=acr, who_amr=amr)
    else:
        with pytest.raises(StrongerLoginNeeded):
            return_(fake, transport, ehr, who_acr=acr, who_amr=amr)
    return_(fake, transport, who_acr=acr, who_amr=amr)


@pytest.mark.smart(17, 26)
def test_two_launches_at_once_stay_apart(fake: FakeEhr, transport: Transport) -> None:
    ehr = fake.registration()
    endpoints = discover(ehr, transport)
    for_ada, for_bob = leave(fake, transport), leave(fake, transport)
    seen = []
    for pending, patient in ((for_bob, "bob"), (for_ada, "ada")):
        answer_for(fake, pending, patient=patient, access_token=f"access-{patient}")
        answer = redeem(pending, ehr, endpoints, "c", keys=None, transport=transport, now=NOW)
        seen.append(finish(pending, ehr, endpoints, answer, transport=transport, now=NOW))

    bob, ada = seen
    assert (bob.patient_id, bob.token.access, bob.lid) == ("bob", "access-bob", for_bob.lid)
    assert (ada.patient_id, ada.token.access, ada.lid) == ("ada", "access-ada", for_ada.lid)
    with pytest.raises(LaunchExpired):
        check_return(for_ada, {"state": for_bob.state, "code": "c"}, now=NOW)


@pytest.mark.smart(9, 62)
def test_trap_a9_nothing_secret_reaches_a_log(
    fake: FakeEhr, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    launched = return_(fake, transport, refresh_token="refresh-1")
    pending = leave(fake, transport)
    fake.answers(TOKEN, {"error": "invalid_grant", "code": "code-1"}, 400)
    ehr = fake.registration()
    with pytest.raises(TokenRefused) as refused:
        redeem(
            pending,
            ehr,
            discover(ehr, transport),
            "code-1",
            keys=None,
            transport=transport,
            now=NOW,
        )

    logged = "".join(r.getMessage() for r in caplog.records if r.name != "werkzeug")  # the EHR's
    told = logged + repr(launched.token) + repr(pending) + repr(refused.value)
    secrets = ("access-1", "refresh-1", "code-1", pending.verifier, pending.state, pending.nonce)
    assert not [secret for secret in secrets if secret in told]


# --- a new token for the same launch ----------------------------------------------------------


def refreshed(fake: FakeEhr, transport: Transport, launched: Launched, **answer: Any) -> Launched:
    ehr = fake.registration()
    fake.answers(TOKEN, {"access_token": "access-2", "token_type": "bearer", **answer})
    said = refresh(launched, ehr, discover(ehr, transport), keys=None, transport=transport, now=NOW)
    return renewed(launched, said, now=NOW + 300)


@pytest.mark.smart(96, 97)
def test_a_refresh_sends_the_refresh_token_and_no_scope(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, refresh_token="refresh-1")
    refreshed(fake, transport, launched)

    assert fake.forms()[-1] == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "client_id": "smartapp-test",
    }


@pytest.mark.smart(71, 98, 100)
def test_trap_a9_what_a_refresh_leaves_out_stays_as_it_was(
    fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, refresh_token="refresh-1", encounter="visit-7")

    again = refreshed(fake, transport, launched, expires_in=60)

    assert replace(again, token=launched.token) == launched
    assert (again.token.access, again.token.refresh) == ("access-2", "refresh-1")
    assert (again.token.scope, again.token.expires_at) == (SCOPE, NOW + 360)
    rotated = refreshed(fake, transport, again, refresh_token="refresh-2", scope="openid")
    assert (rotated.token.refresh, rotated.token.scope) == ("refresh-2", "openid")


@pytest.mark.smart(71)
@pytest.mark.parametrize("changed", [{"patient": "bob"}, {"encounter": "visit-8"}])
def test_a_refresh_never_brings_another_patient(
    changed: dict[str, str], fake: FakeEhr, transport: Transport
) -> None:
    launched = return_(fake, transport, refresh_token="refresh-1", encounter="visit-7")

    with pytest.raises(ContextChanged):
        refreshed(fake, transport, launched, **changed)
    same = {"patient": "ada", "encounter": "visit-7"}
    assert refreshed(fake, transport, launched, **same).patient_id == "ada"


def test_without_a_refresh_token_nothing_is_asked(fake: FakeEhr, transport: Transport) -> None:
    launched = return_(fake, transport)

    with pytest.raises(TokenRefused):
        refreshed(fake, transport, launched)
    assert len(fake.forms()) == 1

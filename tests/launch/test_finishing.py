"""Who came in, for which patient, with which rights."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from smartapp.auth.discovery import discover
from smartapp.config import Audience, LaunchKind
from smartapp.errors import (
    IdentityRefused,
    LaunchExpired,
    LaunchFailed,
    NoPatientChosen,
    StrongerLoginNeeded,
    TokenMalformed,
    TokenRefused,
    WrongAudience,
)
from smartapp.launch import (
    Role,
    check_return,
    finish,
    redeem,
)
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, TOKEN, FakeEhr
from tests.launch.steps import SCOPE, answer_for, leave, return_


@pytest.mark.smart(63, 67, 76, 78)
def test_a_nurse_comes_in_from_an_open_chart(fake: FakeEhr, transport: Transport) -> None:
    launched = return_(fake, transport, encounter="visit-7", intent="reconcile", tenant="t 1")

    assert (launched.user.role, launched.user.fhir_user) == (Role.STAFF, "Practitioner/nina")
    assert launched.user.key == f"{fake.origin}#t%201|user-1"
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

"""Who is here, where an EHR says it in another way than by one plain reference."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.auth.token_answer import TokenAnswer
from smartapp.config import Audience
from smartapp.errors import IdentityRefused, TokenMalformed, WrongAudience
from smartapp.launch import Role, User, renewed
from smartapp.transport import Transport
from tests.auth.fake_ehr import NOW, FakeEhr
from tests.launch.steps import return_

PERSON = "Person/lee"
ADA = "Patient/ada"


def link(target: str, assurance: str | None = "level3") -> dict[str, Any]:
    return {"target": {"reference": target}, **({"assurance": assurance} if assurance else {})}


def knows(fake: FakeEhr, *links: dict[str, Any], id_: str = "lee") -> None:
    """What the EHR holds of the person who logs in."""
    fake.answers("/fhir/Person/lee", {"resourceType": "Person", "id": id_, "link": list(links)})


def holds_relative(fake: FakeEhr, id_: str, patient: str) -> None:
    relative = {"resourceType": "RelatedPerson", "id": id_, "patient": {"reference": patient}}
    fake.answers(f"/fhir/RelatedPerson/{id_}", relative)


def comes_in(fake: FakeEhr, transport: Transport, **changes: Any) -> User:
    return return_(fake, transport, who_fhirUser=PERSON, **changes).user


# --- a Person ---------------------------------------------------------------------------------


@pytest.mark.smart(76)
def test_a_person_is_the_patient_that_the_ehr_knows_them_as(
    fake: FakeEhr, transport: Transport
) -> None:
    knows(fake, link("RelatedPerson/lee-for-bob"), link(ADA))

    user = comes_in(fake, transport)

    assert (user.fhir_user, user.role) == (ADA, Role.PATIENT)
    (asked,) = fake.requests("/fhir/Person/lee")
    assert asked.headers["Authorization"] == "Bearer access-1"


@pytest.mark.smart(76)
def test_a_person_is_the_relative_of_this_patient_and_of_no_other(
    fake: FakeEhr, transport: Transport
) -> None:
    knows(fake, link("RelatedPerson/for-bob"), link("RelatedPerson/for-ada"))
    holds_relative(fake, "for-bob", "Patient/bob")
    holds_relative(fake, "for-ada", ADA)

    assert comes_in(fake, transport).fhir_user == "RelatedPerson/for-ada"


@pytest.mark.smart(76)
def test_a_person_is_a_practitioner_only_where_staff_are_expected(
    fake: FakeEhr, transport: Transport
) -> None:
    knows(fake, link("Practitioner/lee"))
    staff = fake.registration(audience=Audience.CLINICIAN)

    user = return_(fake, transport, staff, who_fhirUser=PERSON).user

    assert (user.fhir_user, user.role) == ("Practitioner/lee", Role.STAFF)
    assert comes_in(fake, transport).role is Role.PATIENT


@pytest.mark.smart(76)
@pytest.mark.parametrize(
    "links",
    [
        (),
        (link(ADA, "level1"),),
        (link("Patient/bob"),),
        (link("https://evil.example/fhir/Patient/ada"),),
        (link("RelatedPerson/for-bob"),),
        (link("RelatedPerson/nobody"),),
        ({"assurance": "level4"},),
    ],
    ids=str,
)
def test_a_person_who_is_nobody_here_stays_a_person(
    links: tuple[dict[str, Any], ...], fake: FakeEhr, transport: Transport
) -> None:
    """They read what they may; only a message cannot come from them."""
    knows(fake, *links)
    holds_relative(fake, "for-bob", "Patient/bob")

    assert comes_in(fake, transport).fhir_user == PERSON


def test_a_person_whom_the_ehr_does_not_show_or_mistakes_stays_a_person(
    fake: FakeEhr, transport: Transport
) -> None:
    assert comes_in(fake, transport).fhir_user == PERSON
    knows(fake, link(ADA), id_="somebody-else")
    assert comes_in(fake, transport).fhir_user == PERSON


def test_a_person_who_is_no_practitioner_does_not_get_in_among_staff(
    fake: FakeEhr, transport: Transport
) -> None:
    knows(fake, link(ADA))
    staff = fake.registration(audience=Audience.CLINICIAN)

    with pytest.raises(WrongAudience):
        return_(fake, transport, staff, who_fhirUser=PERSON)


# --- the claim of SMART 1 ---------------------------------------------------------------------


@pytest.mark.smart(77)
def test_profile_counts_only_where_the_registration_says_so(
    fake: FakeEhr, transport: Transport
) -> None:
    old = fake.registration(vendor={"fhir_user": "profile"}, audience=Audience.CLINICIAN)
    said = {"who_fhirUser": None, "who_profile": "Practitioner/nina"}

    assert return_(fake, transport, old, **said).user.fhir_user == "Practitioner/nina"
    with pytest.raises(IdentityRefused):
        return_(fake, transport, fake.registration(audience=Audience.CLINICIAN), **said)


# --- a tenant ---------------------------------------------------------------------------------


@pytest.mark.smart(67, 78)
def test_the_same_name_at_two_tenants_is_two_people(fake: FakeEhr, transport: Transport) -> None:
    keys = {return_(fake, transport, tenant=each).user.key for each in (None, "a", "b", "a|b")}
    twisted = return_(fake, transport, tenant="a", who_sub="b|user-1").user.key

    assert len(keys | {twisted}) == 5


# --- what else a token answer says ------------------------------------------------------------


@pytest.mark.smart(145)
@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ('{"open": "medicines"}', '{"open": "medicines"}'),
        ("no JSON at all", "no JSON at all"),
        ("x" * 5000, None),
        ({"open": "medicines"}, None),
        (7, None),
        (None, None),
    ],
)
def test_what_a_task_says_to_the_app_is_kept_as_it_is(
    stated: Any, kept: str | None, fake: FakeEhr, transport: Transport
) -> None:
    assert return_(fake, transport, appContext=stated).app_context == kept


@pytest.mark.smart(66)
def test_a_style_elsewhere_is_no_style(fake: FakeEhr, transport: Transport) -> None:
    for address, kept in (("{ehr}/style.json", True), ("https://evil.example/style", False)):
        stated = address.replace("{ehr}", fake.origin)
        launched = return_(fake, transport, smart_style_url=stated)
        assert launched.style_url == (stated if kept else None)


@pytest.mark.smart(133)
def test_where_access_is_managed_is_kept_if_it_is_the_ehrs_own(
    fake: FakeEhr, transport: Transport
) -> None:
    fake.publishes(management_endpoint="manage")
    assert return_(fake, transport).management_url == f"{fake.base}/manage"
    transport.memory.forget(("endpoints", fake.base))
    fake.publishes(management_endpoint="https://evil.example/manage")
    assert return_(fake, transport).management_url is None


@pytest.mark.smart(61)
def test_further_places_for_the_token_are_none_of_ours(fake: FakeEhr, transport: Transport) -> None:
    """`authorization_details` may list servers; the token still goes to one base only."""
    details = [
        {"type": "smart_on_fhir", "locations": [fake.base, "https://evil.example/fhir"]},
        {"type": "smart_on_fhir", "locations": ["https://evil.example/fhir"], "patient": "bob"},
    ]

    launched = return_(fake, transport, authorization_details=details)

    assert (launched.iss, launched.patient_id) == (fake.base, "ada")
    assert all("evil" not in str(value) for value in vars(launched).values())


def test_a_patient_of_another_shape_is_refused_and_unknown_things_are_not(
    fake: FakeEhr, transport: Transport
) -> None:
    with pytest.raises(TokenMalformed):
        return_(fake, transport, patient={"reference": "Patient/ada"})
    assert return_(fake, transport, __vendor={"x": 1}).patient_id == "ada"


def test_what_came_with_the_launch_stays_through_a_refresh(
    fake: FakeEhr, transport: Transport
) -> None:
    before = return_(fake, transport, appContext="x", tenant="t", refresh_token="r")
    after = renewed(before, TokenAnswer("access-2", 60, None), now=NOW)

    assert (after.app_context, after.user) == ("x", before.user)

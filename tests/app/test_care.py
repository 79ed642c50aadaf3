"""Plans, teams, money and access, for patients and for those who act for them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.app import people
from tests.app.people import Patient
from tests.app.world import Json, World

pytestmark = pytest.mark.usefixtures("recovering")


@pytest.fixture(scope="module")
def world(lasting: World) -> World:
    return lasting


def signed_in(world: World, username: str, record: str = "", **more: Any) -> Patient:
    patient = people.patient(world)
    patient.logs_in(username, record, **more)
    return patient


@pytest.fixture(scope="module")
def rachel(world: World) -> Patient:
    return signed_in(world, "rachel")


def test_what_happens_next_is_drawn_from_appointments_orders_and_treatments(
    walter: Patient,
) -> None:
    page = walter.go("next")

    for part in (
        "Physical therapy, second week",
        "X-ray of the right knee Ordered",
        "To Riverbend Physical Therapy",
        "X-ray after six weeks",
    ):
        assert part in page.text
    assert "What your doctor told you may be more." in page.text


def test_a_plan_is_a_checklist_and_the_clinics_words_stand_in_a_frame_that_can_do_nothing(
    world: World, walter: Patient
) -> None:
    hostile = "<p>Walk</p><script>alert(1)</script><img src='https://evil.example/x'>"
    plan = world.ehr.read("CarePlan", "walter-brooks-recovery-plan")
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{hostile}</div>'
    world.ehr.load([{**plan, "text": {"status": "additional", "div": div}}])  # type: ignore[dict-item]  # it is there

    page = walter.go("plan")

    assert "Stitches taken out Was done" in page.text
    assert "Drive a car On hold" in page.text
    assert "Bend the knee to 110 degrees On the way" in page.text
    assert "alert" not in page.html
    (frame,) = re.findall(r'<iframe[^>]* sandbox src="([^"]+)"', page.html)
    words = walter.browser.ask("GET", frame)
    assert b"<p>Walk</p>" in words.data
    assert b"script" not in words.data
    assert b"evil" not in words.data
    policy = words.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy


def test_a_member_of_the_team_has_a_profile_and_no_private_number(
    world: World, walter: Patient
) -> None:
    doctor = world.ehr.read("Practitioner", "dr-patel")
    private = {"system": "phone", "value": "+1-555-HOME", "use": "home"}
    world.ehr.load([{**doctor, "telecom": [private]}])  # type: ignore[dict-item]  # she is there
    page = walter.go("team")

    assert "Dr. Anita Patel Family doctor" in page.text
    profile = walter.browser.click("Dr. Anita Patel")
    assert "Family medicine" in profile.text
    assert "+1-312-555-0110" in profile.text
    assert "+1-555-HOME" not in profile.text


def test_bills_are_filtered_and_lead_to_the_clinics_own_page(walter: Patient) -> None:
    page = walter.go("costs")

    assert "$1,522.50 Hospital stay, your share; Walker Sent to you" in page.text
    assert "Lakeshore Senior Health Plan In the record as active" in page.text
    assert "Paid by the plan: $29,720.00" in page.text
    assert "The record states no balance." in page.text
    assert page.link("Pay on the clinic’s page") == "https://clinic.example.org/pay"
    assert "Ask about an" not in page.headings


def test_no_amount_is_never_nothing(world: World, walter: Patient) -> None:
    whose = {"reference": "Patient/walter-brooks"}
    bill = {"resourceType": "Invoice", "id": "bare", "status": "issued", "subject": whose}
    draft = {"resourceType": "Invoice", "id": "draft", "status": "draft", "subject": whose,
             "totalGross": {"value": 99999, "currency": "USD"}}  # fmt: skip
    world.ehr.load([bill, draft])

    page = walter.go("costs")

    assert "Amount not stated" in page.text
    assert "99,999" not in page.text
    assert "$0" not in page.text


def test_access_says_what_the_app_may_see_who_acts_and_until_when(walter: Patient) -> None:
    page = walter.go("access")

    assert "Your notes and documents" in page.text
    assert "Messages that you send" in page.text
    assert "Susan Brooks In force Relationship: Daughter Until" in page.text
    assert "Gary Mills Has ended" in page.text
    assert "Allows access for Susan Brooks. Until" in page.text
    assert "Let someone help" in walter.browser.click("Ask to change who has access").text


def test_what_was_not_allowed_is_not_listed(world: World) -> None:
    page = signed_in(world, "walter", without={"documents"}).go("access")

    assert "Your medicines" in page.text
    assert "Your notes and documents" not in page.text


def test_who_acts_for_somebody_reads_so_with_relationship_and_end_on_every_page(
    world: World,
) -> None:
    susan = signed_in(world, "susan")
    for name in ("visits", "plan", "team", "costs", "access", "documents", "next"):
        assert re.search(r"acting for this person \(Daughter\) until \w+ \d+, \d{4}",
                         susan.go(name).text), name  # fmt: skip


# --- teenagers --------------------------------------------------------------------------------


def test_a_mother_sees_no_label_no_bill_and_no_gap(world: World, rachel: Patient) -> None:
    world.forgets_what_was_asked()
    bills = rachel.go("costs")

    assert "some parts of the record are private by law" in bills.text
    assert not [each for each in world.asked() if "Coverage" in each["path"]]
    for name in ("visits", "next", "plan", "documents", "access", "team"):
        page = rachel.go(name)
        for word in ("Low mood", "mood", "confidential", "Confidential", "someone I trust"):
            assert word not in page.text, (name, word)
        assert "We could not show all" not in page.text
        assert "There are no goals" not in page.text
    assert "Nothing is shown here." in rachel.go("plan").text
    assert not world.events("compartment.mismatch")


def test_the_teenager_sees_all_of_it(world: World) -> None:
    zoe = signed_in(world, "zoe")

    assert "Low mood" in zoe.go("visits").text
    assert "Talk to someone I trust every week" in zoe.go("plan").text
    assert "State Family Health Program" in zoe.go("costs").text


def test_a_confidential_visit_cannot_be_opened_by_a_mother_who_has_its_name(
    world: World, rachel: Patient
) -> None:
    with rachel.browser.app.application.app_context():
        seal = _sealer(world, rachel)
    for kind, reference in (("visits", "Encounter/zoe-bennett-visit-confidential"),
                            ("documents", "DocumentReference/zoe-bennett-confidential-note"),
                            ):  # fmt: skip
        answer = rachel.browser.ask("GET", f"{rachel.home}/{kind}/{seal(reference)}")
        assert answer.status_code == 404
        assert b"mood" not in answer.data


def _sealer(world: World, patient: Patient) -> Any:
    from smartapp.sessions.handles import seal_handle

    lid = patient.home.removeprefix("/l/")
    active = world.services.launches.find(lid, patient.browser.sessions[lid], touch=False)
    return lambda reference: seal_handle(active.handle_key, lid, reference)


def test_a_clinic_can_keep_whole_sections_and_topics_from_proxies(world: World) -> None:
    policy = world.services.policy
    rule = replace(
        policy.privacy.teenagers,
        hidden_sections=frozenset({"documents", "visits", "results", "plan", "team"}),
        hidden_topics=frozenset({"refill"}),
    )
    privacy = replace(policy.privacy, teenagers=rule)
    strict = world.with_services(policy=replace(policy, privacy=privacy))
    zoe, rachel = signed_in(strict, "zoe"), signed_in(strict, "rachel")
    world.prescribes("zoe-bennett", "adapalene gel 0.1 %")
    zoe.asks_for("adapalene gel 0.1 %")

    for name in ("documents", "visits", "results", "summary", "plan", "next", "team"):
        assert rachel.go(name).headings == ("This part is private",), name
    assert "adapalene" in zoe.go("requests").text
    assert "adapalene" not in rachel.go("requests").text


# --- what goes wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("ServiceRequest", "next"),
        ("CarePlan", "plan"),
        ("Goal", "plan"),
        ("CareTeam", "team"),
        ("Coverage", "costs"),
        ("Invoice", "costs"),
        ("ExplanationOfBenefit", "costs"),
        ("Account", "costs"),
        ("Consent", "access"),
        ("RelatedPerson", "access"),
    ],
)
def test_a_part_that_fails_says_so_and_nothing_else(
    world: World, walter: Patient, kind: str, page: str
) -> None:
    world.fails({"match": {"type": kind}, "fault": {"kind": "status", "status": 500}})

    shown = walter.go(page).text

    assert "This does not mean that there is nothing in it." in shown


FOREIGN = {
    "ServiceRequest": ({"subject": "{}", "code": {"text": "FOREIGN"}, "intent": "order"}, "next"),
    "CarePlan": ({"subject": "{}", "title": "FOREIGN", "intent": "plan"}, "plan"),
    "Goal": ({"subject": "{}", "description": {"text": "FOREIGN"}}, "plan"),
    "CareTeam": ({"subject": "{}", "participant": [{"member": {"display": "FOREIGN"}}]}, "team"),
    "Coverage": ({"beneficiary": "{}", "payor": [{"display": "FOREIGN"}]}, "costs"),
    "Invoice": ({"subject": "{}", "paymentTerms": "FOREIGN"}, "costs"),
    "ExplanationOfBenefit": ({"patient": "{}", "insurer": {"display": "FOREIGN"}}, "costs"),
    "Account": ({"subject": ["{}"], "name": "FOREIGN"}, "costs"),
    "Consent": ({"patient": "{}", "performer": [{"display": "FOREIGN"}]}, "access"),
    "RelatedPerson": ({"patient": "{}", "name": [{"text": "FOREIGN"}]}, "access"),
    "Encounter": ({"subject": "{}", "type": [{"text": "FOREIGN"}]}, "visits"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_another_patients_is_withheld_from_any_answer_and_on_record(
    world: World, walter: Patient, kind: str
) -> None:
    elements, page = FOREIGN[kind]
    foreign: Json = {"resourceType": kind, "id": "foreign", "status": "active"}
    for name, value in elements.items():
        pointer = {"reference": "Patient/james-carter"}
        foreign[name] = pointer if value == "{}" else [pointer] if value == ["{}"] else value
    before = len(world.events("compartment.mismatch"))
    entries = [{"resource": foreign, "search": {"mode": mode}} for mode in ("match", "include")]
    world.fails(
        {
            "match": {"method": "GET", "type": kind},
            "fault": {"kind": "edited", "set": {"entry": entries, "total": 1}},
        }
    )

    shown = walter.go(page)

    assert "FOREIGN" not in shown.html
    assert len(world.events("compartment.mismatch")) > before

"""What is kept from those who act for a teenager is on no page of theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smartapp.sessions.handles import seal_handle
from tests.app import forms, people
from tests.app.papers import document, inside
from tests.app.people import Patient
from tests.app.test_forms import asks, of_the_ehr
from tests.app.world import World

SOME_DAYS = "LA6569-3"
DUE = {"restriction": {"period": {"end": "2026-12-24"}}}
FORM = "Patient Health Questionnaire-9"


def signed_in(world: World, username: str) -> Patient:
    patient = people.patient(world)
    patient.logs_in(username)
    return patient


# --- forms ------------------------------------------------------------------------------------


def test_what_a_teenager_has_begun_is_not_gone_on_with_by_her_mother(world: World) -> None:
    zoe, rachel = signed_in(world, "zoe"), signed_in(world, "rachel")
    page = forms.opens(zoe, FORM)
    forms.goes_on(zoe, page, {"/44260-8": SOME_DAYS}, then="save")
    assert len(world.written("QuestionnaireResponse")) == 1

    assert "Kept at your clinic." not in rachel.go("forms").text
    assert "/44260-8" not in forms.sheet(forms.opens(rachel, FORM)).fields

    world.clock.passes(100 * 3600)  # the app's own draft has ended
    later = signed_in(world, "zoe")
    assert "Kept at your clinic." in later.go("forms").text
    assert forms.sheet(forms.opens(later, FORM)).fields["/44260-8"] == [SOME_DAYS]


def fills_in(patient: Patient) -> None:
    questions = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5"]
    answers = {f"/{each}": SOME_DAYS for each in (*questions, "44253-3", "44260-8")}
    review = forms.goes_on(patient, forms.opens(patient, FORM), {**answers, "/69722-7": "LA6573-5"})
    forms.sends(patient, review)


def test_what_a_teenager_was_asked_for_is_not_done_when_her_mother_fills_in_the_same_form(
    world: World,
) -> None:
    asks(world, of_the_ehr(), whose="Patient/zoe-bennett")
    rachel = signed_in(world, "rachel")

    page = forms.opens(rachel, "Before your test")
    forms.sends(rachel, forms.goes_on(rachel, page, {"eaten": "false"}))

    task = world.ehr.read("Task", "please-fill-in")
    assert task is not None
    assert task["status"] == "requested"


def sent_forms(patient: Patient) -> list[str]:
    return [href for _, href in patient.go("forms").links if "/forms/sent/" in href]


def sent_requests(patient: Patient) -> list[str]:
    return [href for _, href in patient.go("requests").links if "/requests/" in href]


def test_what_a_teenager_has_sent_is_read_by_her_and_not_by_her_mother(world: World) -> None:
    zoe, rachel = signed_in(world, "zoe"), signed_in(world, "rachel")
    fills_in(zoe)

    assert len(sent_forms(zoe)) == 1
    assert sent_forms(rachel) == []
    assert "some parts of the record are private by law" in rachel.go("forms").text
    (response,) = world.written("QuestionnaireResponse")
    lid = rachel.home.removeprefix("/l/")
    active = world.services.launches.find(lid, rachel.browser.sessions[lid], touch=False)
    handle = seal_handle(active.handle_key, lid, f"QuestionnaireResponse/{response['id']}")
    rachel.go(f"forms/sent/{handle}", status=404)
    token = rachel.go("forms").forms[0].fields["csrf_token"][0]
    again = f"{rachel.home}/forms/sent/{handle}/again"
    assert rachel.browser.ask("POST", again, fields={"csrf_token": token}).status_code == 404

    fills_in(rachel)
    assert len(sent_forms(rachel)) == 1, "what she sent herself"


def test_her_mother_does_not_learn_that_a_teenager_filled_in_a_form_about_her_mood(
    world: World,
) -> None:
    zoe, rachel = signed_in(world, "zoe"), signed_in(world, "rachel")
    fills_in(zoe)

    assert len(sent_requests(zoe)) == 1
    assert sent_requests(rachel) == []
    fills_in(rachel)
    assert len(sent_requests(rachel)) == 1, "what she sent herself"


def test_what_a_teenager_is_told_to_do_now_does_not_tell_her_mother_what_she_answered(
    world: World,
) -> None:
    """Also where a clinic lets parents see that there is such a form."""
    policy = world.services.policy
    open_rule = replace(policy.privacy.teenagers, hidden_topics=frozenset())
    privacy = replace(policy.privacy, teenagers=open_rule)
    world = world.with_services(policy=replace(policy, privacy=privacy))
    zoe, rachel = signed_in(world, "zoe"), signed_in(world, "rachel")
    fills_in(zoe)
    told = "988"  # the crisis line

    for who, is_told in ((zoe, True), (rachel, False)):
        (href,) = sent_requests(who)
        assert (told in who.browser.get(href).text) is is_told


def test_a_grown_mans_forms_are_read_by_who_acts_for_him(world: World) -> None:
    walter, susan = signed_in(world, "walter"), signed_in(world, "susan")
    fills_in(walter)

    assert len(sent_forms(susan)) == 1


def test_what_somebody_has_begun_is_in_no_file_of_the_record(world: World) -> None:
    walter, susan = signed_in(world, "walter"), signed_in(world, "susan")
    page = forms.opens(walter, FORM)
    forms.goes_on(walter, page, {"/44260-8": SOME_DAYS}, then="save")
    (draft,) = world.written("QuestionnaireResponse")
    assert draft["status"] == "in-progress"

    for who in (walter, susan):
        answer = who.browser.ask("GET", f"{who.home}/download/record.json")
        assert answer.status_code == 200
        assert draft["id"].encode() not in answer.data
        assert b'"MedicationRequest"' in answer.data


@pytest.mark.parametrize(("hers", "seen"), [(True, False), (False, True)])
def test_a_form_that_a_teenager_is_asked_for_is_not_in_her_mothers_list(
    world: World, *, hers: bool, seen: bool
) -> None:
    """Except where the clinic has left it to her mother by name."""
    zoe, rachel = signed_in(world, "zoe"), signed_in(world, "rachel")
    lid = rachel.home.removeprefix("/l/")
    active = world.services.launches.find(lid, rachel.browser.sessions[lid], touch=False)
    mood = world.services.policy.forms.forms["phq-9"].canonical
    asks(world, of_the_ehr(), canonical=mood, whose="Patient/zoe-bennett")
    (task,) = [each for each in world.ehr.of_type("Task") if each["id"] == "please-fill-in"]
    owner = "Patient/zoe-bennett" if hers else active.launched.user.fhir_user
    world.ehr.load([{**task, "owner": {"reference": owner}, **DUE}])

    assert "Please send it by" in zoe.go("forms").text
    assert ("Please send it by" in rachel.go("forms").text) is seen


# --- parts of the record ----------------------------------------------------------------------

SUMMARY = {"coding": [{"system": "http://loinc.org", "code": "69730-0"}], "text": "Zoe’s paper"}
WRITTEN = "Nobody else is to read this."


def hiding(world: World, *sections: str) -> World:
    policy = world.services.policy
    rule = replace(policy.privacy.teenagers, hidden_sections=frozenset(sections))
    privacy = replace(policy.privacy, teenagers=rule)
    return world.with_services(policy=replace(policy, privacy=privacy))


def paper(world: World, **more: Any) -> None:
    visit = {"encounter": [{"reference": "Encounter/zoe-bennett-visit-yearly"}]}
    content = inside(WRITTEN.encode(), "text/plain")
    made = document("zoe-paper", content, of="zoe-bennett", title="Zoe’s paper", context=visit)
    world.ehr.load([made | {"type": SUMMARY} | more])


def test_documents_that_are_kept_back_are_not_on_the_page_of_their_visit(world: World) -> None:
    paper(world)
    strict = hiding(world, "documents")
    zoe, rachel = signed_in(strict, "zoe"), signed_in(strict, "rachel")
    for who in (zoe, rachel):
        who.go("visits")
    hers = zoe.browser.click("Well-child visit")
    assert WRITTEN in hers.text
    assert "Zoe’s paper" in hers.text

    world.forgets_what_was_asked()
    page = rachel.browser.click("Well-child visit")

    assert WRITTEN not in page.text
    assert "Zoe’s paper" not in page.text
    assert "some parts of the record are private by law" in page.text
    assert "The record holds no summary" not in page.text
    assert not [each for each in world.asked() if "DocumentReference" in each["path"]]


def test_what_is_kept_back_is_nothing_to_ask_about_either(world: World) -> None:
    paper(world)
    strict = hiding(world, "documents", "visits")
    zoe, rachel = signed_in(strict, "zoe"), signed_in(strict, "rachel")

    for topic, words in (("record-correction", "Zoe’s paper"), ("billing", "Well-child visit")):
        assert words in zoe.go(f"ask/{topic}").text
        assert words not in rachel.go(f"ask/{topic}").text


@pytest.mark.parametrize(
    "kept_back",
    [
        {"type": {"text": "Zoe’s paper"}},  # a kind that no list names
        {"status": "superseded"},
        {"securityLabel": [{"coding": [{"system": "urn:x", "code": "UNHEARD-OF"}]}]},
    ],
)
def test_a_document_that_cannot_be_opened_is_nothing_to_ask_about(
    world: World, kept_back: dict[str, Any]
) -> None:
    zoe = signed_in(world, "zoe")
    paper(world)
    assert "Zoe’s paper" in zoe.go("ask/record-correction").text
    paper(world, **kept_back)
    world.clock.passes(120)

    assert "Zoe’s paper" not in zoe.go("ask/record-correction").text


def test_with_anything_kept_back_there_is_no_file_of_the_whole(world: World) -> None:
    rachel = signed_in(hiding(world, "results"), "rachel")

    for name in ("download", "download/record.json", "download/record.html", "vitals"):
        assert rachel.go(name).headings == ("This part is private",), name


@pytest.mark.parametrize("name", ["start", "summary"])
def test_a_page_of_many_parts_leaves_out_what_is_kept_back_before_it_is_asked_for(
    world: World, name: str
) -> None:
    strict = hiding(world, "visits")
    zoe, rachel = signed_in(strict, "zoe"), signed_in(strict, "rachel")

    for who, is_there in ((zoe, True), (rachel, False)):
        world.forgets_what_was_asked()
        page = who.go(name).text
        asked = [each["path"] for each in world.asked()]
        assert any("/Appointment" in each for each in asked) is is_there
        assert ("Coming appointments" in page) is is_there
        assert "could not load" not in page


def test_home_readings_are_kept_back_like_other_results(world: World) -> None:
    strict = hiding(world, "results")
    zoe, rachel = signed_in(strict, "zoe"), signed_in(strict, "rachel")

    for name in ("readings", "readings/blood-pressure", "readings/blood-pressure/check"):
        assert rachel.go(name).headings == ("This part is private",), name
    assert "This part is private" not in zoe.go("readings/blood-pressure").text


def test_a_form_fills_nothing_in_that_is_kept_back(world: World) -> None:
    query = {"name": "weight", "language": "application/x-fhir-query",
             "expression": "Observation?code=3141-9"}  # fmt: skip
    told = {"language": "text/fhirpath",
            "expression": "%weight.entry.resource.value.value.first()"}  # fmt: skip
    sdc = "http://hl7.org/fhir/uv/sdc/StructureDefinition"
    question = {"linkId": "kilos", "type": "decimal", "text": "What do you weigh?"}
    begins = {"url": f"{sdc}/sdc-questionnaire-initialExpression", "valueExpression": told}
    variable = {"url": "http://hl7.org/fhir/StructureDefinition/variable", "valueExpression": query}
    form = of_the_ehr(extension=[variable], item=[{**question, "extension": [begins]}])
    asks(world, form, whose="Patient/zoe-bennett")
    weight = {"resourceType": "Observation", "id": "zoe-kilos", "status": "final",
              "subject": {"reference": "Patient/zoe-bennett"},
              "code": {"coding": [{"system": "http://loinc.org", "code": "3141-9"}]},
              "valueQuantity": {"value": 61.25, "unit": "kg"}}  # fmt: skip
    world.ehr.load([weight])
    strict = hiding(world, "results")

    zoe, rachel = signed_in(strict, "zoe"), signed_in(strict, "rachel")
    assert forms.sheet(forms.opens(zoe, "Before your test")).fields["kilos"] == ["61.25"]
    world.forgets_what_was_asked()
    assert forms.sheet(forms.opens(rachel, "Before your test")).fields["kilos"] == [""]
    assert not [each for each in world.asked() if "/Observation" in each["path"]]

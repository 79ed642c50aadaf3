"""What is kept from those who act for a teenager is on no page of theirs."""

from __future__ import annotations

from smartapp.sessions.handles import seal_handle
from tests.app import forms, people
from tests.app.people import Patient
from tests.app.world import World

SOME_DAYS = "LA6569-3"
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


def sent_forms(patient: Patient) -> list[str]:
    return [href for _, href in patient.go("forms").links if "/forms/sent/" in href]


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


def test_a_grown_mans_forms_are_read_by_who_acts_for_him(world: World) -> None:
    walter, susan = signed_in(world, "walter"), signed_in(world, "susan")
    fills_in(walter)

    assert len(sent_forms(susan)) == 1

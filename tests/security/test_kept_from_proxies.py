"""What is a teenager's own, and what the law of a place keeps, is on no page of who acts for them."""

from __future__ import annotations

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

"""The clinic changes a form while somebody is at it, or after they have sent it."""

from __future__ import annotations

from tests.app import forms, people
from tests.app.asked import only
from tests.app.page import Page
from tests.app.people import Patient
from tests.app.test_forms import OWN, asks, of_the_ehr, sent
from tests.app.world import World

NEXT = {
    "version": "2",
    "item": [
        {"linkId": "eaten", "type": "boolean", "text": "Have you eaten today?", "required": True},
        {"linkId": "since", "type": "time", "text": "Since when have you not eaten?"},
    ],
}


def begins(world: World, james: Patient) -> Page:
    asks(world, of_the_ehr())
    page = forms.goes_on(james, forms.opens(james, "Before your test"), {"eaten": "true"})
    return forms.goes_on(james, page, {"what": "Toast"}, "save")


def test_who_has_begun_sees_what_they_wrote_and_goes_on_with_the_form_as_it_is_now(
    world: World, james: Patient
) -> None:
    begins(world, james)
    world.ehr.load([of_the_ehr(**NEXT)])

    page = forms.opens(james, "Before your test")
    assert "Your clinic has changed this form since you began. Nothing is sent yet." in page.text
    assert "What you had written Have you eaten? Yes What? Toast" in page.text
    assert not [each for each in page.forms if "part" in each.fields], "only to be read"

    page = james.browser.submit(page.form("/changed"), {"then": "go-on"})
    assert "Your clinic has changed this form since you answered it." in page.text
    assert forms.sheet(page).fields["eaten"] == ["true"]
    forms.sends(james, forms.goes_on(james, page))
    response = sent(world)
    assert response["questionnaire"] == f"{OWN}|2"
    assert [each["linkId"] for each in response["item"]] == ["eaten"]


def test_who_has_begun_may_begin_anew(world: World, james: Patient) -> None:
    begins(world, james)
    world.ehr.load([of_the_ehr(**NEXT)])

    page = forms.opens(james, "Before your test")
    page = james.browser.submit(page.form("/changed"), {"then": "anew"})

    assert "changed" not in page.text
    assert "eaten" not in forms.sheet(page).fields
    (draft,) = world.written("QuestionnaireResponse")
    assert draft["status"] == "stopped", "the copy at the clinic is not gone on with either"


def test_what_is_typed_into_an_old_page_is_kept_and_the_change_is_said(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr())
    old = forms.opens(james, "Before your test")
    world.ehr.load([of_the_ehr(**NEXT)])

    page = forms.goes_on(james, old, {"eaten": "false"})

    assert "Your clinic has changed this form since you began." in page.text
    page = james.browser.submit(page.form("/changed"), {"then": "go-on"})
    assert forms.sheet(page).fields["eaten"] == ["false"]


def test_while_the_ehr_still_has_the_version_it_is_gone_on_with(
    world: World, james: Patient
) -> None:
    begins(world, james)
    world.ehr.load([of_the_ehr(id="newer", **NEXT)])

    page = forms.opens(james, "Before your test")

    assert "changed this form" not in page.text
    assert forms.sheet(page).fields["what"] == ["Toast"]


def test_a_form_that_is_gone_shows_what_was_written_into_it(world: World, james: Patient) -> None:
    begins(world, james)
    world.ehr.load([of_the_ehr(status="retired")])

    page = forms.opens(james, "Before your test", status=422)

    assert "Your clinic does not use this form any more." in page.text
    assert "What you had written Have you eaten? Yes What? Toast" in page.text


def test_a_draft_at_the_clinic_of_an_older_version_is_read_from_itself(
    world: World, james: Patient
) -> None:
    begins(world, james)
    world.ehr.load([of_the_ehr(**NEXT)])
    world.clock.passes(100 * 3600)  # the app's own draft has ended
    later = people.patient(world)
    later.logs_in("james")

    page = forms.opens(later, "Before your test")

    assert "What you had written Have you eaten? Yes What? Toast" in page.text


def sends_it(world: World, james: Patient) -> str:
    asks(world, of_the_ehr())
    page = forms.goes_on(james, forms.opens(james, "Before your test"), {"eaten": "true"})
    forms.sends(james, forms.goes_on(james, page, {"what": "Toast"}))
    return next(href for _, href in james.go("forms").links if "/forms/sent/" in href)


def test_an_answered_form_that_was_changed_since_is_read_as_it_was_and_amended_in_the_new_one(
    world: World, james: Patient
) -> None:
    address = sends_it(world, james)
    world.ehr.load([of_the_ehr(**NEXT)])

    page = james.browser.get(address)
    assert "Your clinic has changed this form since." in page.text
    assert "What? Toast" in page.text
    page = james.browser.submit(page.form("/again"))
    assert "Your clinic has changed this form since you answered it." in page.text
    assert forms.sheet(page).fields["eaten"] == ["true"]
    forms.sends(james, forms.goes_on(james, page))

    first, second = world.written("QuestionnaireResponse")
    assert (first["questionnaire"], second["questionnaire"]) == (f"{OWN}|1", f"{OWN}|2")
    about = [each["reference"] for each in world.written("Communication")[-1]["about"]]
    assert f"QuestionnaireResponse/{first['id']}" in about


def test_an_answered_form_that_is_gone_can_be_read_and_not_changed(
    world: World, james: Patient
) -> None:
    address = sends_it(world, james)
    world.ehr.load([of_the_ehr(status="retired")])

    page = james.browser.get(address)

    assert "Your clinic does not use this form any more. You can read your answers" in page.text
    assert "What? Toast" in page.text
    assert not page.has_form("/again")
    only(world.written("QuestionnaireResponse"))


def test_answers_that_went_with_a_request_are_not_said_to_be_of_a_form_that_is_gone(
    world: World, james: Patient
) -> None:
    james.asks_for("lisinopril")
    sent = next(href for words, href in james.go("forms").links if "/forms/sent/" in href)

    page = james.browser.get(sent)

    assert "These answers went to the clinic with your request." in page.text
    assert "does not use this form any more" not in page.text
    assert not page.has_form("/again")
    assert "Refill: lisinopril" in james.browser.click("All your requests").text
    english = james.go("forms")
    spanish = james.browser.submit(english.form("/language"), {"language": "es"})
    titles = [words for words, href in spanish.links if "/forms/sent/" in href]
    assert titles == ["Pedir un resurtido"], "in the language of who reads"

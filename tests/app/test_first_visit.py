"""The papers for a first visit: one way through them, each sent by itself."""

from __future__ import annotations

from tests.app import forms
from tests.app.page import Page
from tests.app.people import Patient
from tests.app.world import World

CONSENT = {"agree": "true"}


def steps(page: Page) -> list[str]:
    return [words for words, href in page.links if "/forms/" in href and ": " in words]


def test_the_way_shows_what_is_left_and_goes_on_where_one_stopped(
    world: World, james: Patient
) -> None:
    james.browser.get(james.go("forms").link("Papers for your first visit"))
    visit = james.go("forms/first-visit")
    assert "0 of 4 done." in visit.text
    assert steps(visit) == [
        "Next: About you",
        "Fill it in: About you",
        "Fill it in: Insurance",
        "Fill it in: Your health so far",
        "Fill it in: Consent to treatment",
    ]

    page = james.browser.get(visit.link("Fill it in: Insurance"))
    forms.goes_on(james, page, {"insured": "yes"}, "save")
    visit = james.go("forms/first-visit")
    assert steps(visit)[0] == "Go on with: Insurance"
    assert "2. Insurance Begun Your answers are kept until" in visit.text

    page = james.browser.get(visit.link("Go on with: Insurance"))
    review = forms.goes_on(james, page, {"insured": "no"})
    receipt = forms.sends(james, review)
    assert "The clinic has your request" in receipt.text

    visit = james.browser.get(receipt.link("Go on with the papers for your first visit"))
    assert "1 of 4 done." in visit.text
    assert "2. Insurance Sent Sent on" in visit.text
    assert "Look at it or change it: Insurance" in steps(visit)
    assert steps(visit)[0] == "Next: About you"
    assert "1 of 4 done." in james.go("forms").text


def test_when_all_are_sent_there_is_nothing_more_to_fill_in(world: World, james: Patient) -> None:
    clinic = world.services.policy.forms
    for form in clinic.forms.values():
        if form.first_visit:
            response = {
                "resourceType": "QuestionnaireResponse",
                "id": f"paper-{form.code}",
                "status": "completed",
                "questionnaire": form.canonical,
                "subject": {"reference": "Patient/james-carter"},
                "author": {"reference": "Patient/james-carter"},
                "authored": "2026-11-02T10:00:00Z",
            }
            world.ehr.load([response])

    visit = james.go("forms/first-visit")
    assert "4 of 4 done." in visit.text
    assert "You have sent all of them. There is nothing more to fill in." in visit.text
    assert "Papers for your first visit" not in james.go("forms").text


def test_where_it_is_not_known_what_was_sent_nothing_is_said_to_be_done(
    world: World, james: Patient
) -> None:
    down = {"match": {"type": "QuestionnaireResponse"}, "fault": {"kind": "status", "status": 500}}
    world.fails(down)

    visit = james.go("forms/first-visit")

    assert "We could not load which forms you have sent. They may be done already." in visit.text
    assert "There is nothing more to fill in" not in visit.text
    assert "0 of 4 done." not in visit.text
    assert "To do" not in visit.text
    listed = james.go("forms").text
    assert "Papers for your first visit We cannot see now which are done." in listed


def test_a_paper_that_is_on_its_way_is_not_asked_for_again(world: World, james: Patient) -> None:
    page = forms.goes_on(james, forms.opens(james, "Insurance"), {"insured": "no"})
    lost = {"method": "POST", "type": "QuestionnaireResponse"}
    world.fails({"match": lost, "fault": {"kind": "status", "status": 503}})
    forms.sends(james, page)

    visit = james.go("forms/first-visit")

    assert "2. Insurance Being sent" in visit.text
    assert "Fill it in: Insurance" not in steps(visit)

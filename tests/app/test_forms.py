"""Forms: found, filled in, looked at, sent once, and worked on by the clinic."""

from __future__ import annotations

from typing import Any

from tests.app import forms, people
from tests.app.asked import only
from tests.app.people import Patient, Staff
from tests.app.world import World

NOT_AT_ALL, SEVERAL = "LA6568-5", "LA6569-3"
PHQ9 = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3"]


def mood(thoughts: str = NOT_AT_ALL, rest: str = SEVERAL) -> dict[str, str]:
    return {**{f"/{code}": rest for code in PHQ9}, "/44260-8": thoughts}


def test_a_form_is_filled_in_looked_at_and_sent_once(
    world: World, james: Patient, nurse: Staff
) -> None:
    page = forms.opens(james, "PHQ-9")
    assert "Over the last 2 weeks" in page.text
    assert "Total score" not in page.text, "the total is not for the patient to see or to set"
    review = forms.goes_on(james, page, {**mood(), "/69722-7": "LA6573-5", "/44261-6": "27"})
    assert "Nothing is sent yet." in review.text
    assert "Several days" in review.text
    assert world.written("QuestionnaireResponse") == []

    receipt = forms.sends(james, review)
    assert "The clinic has your request" in receipt.text
    response = only(world.written("QuestionnaireResponse"))
    assert response["status"] == "completed"
    assert response["questionnaire"].endswith("/phq-9|1")
    total = only([each for each in response["item"] if each["linkId"] == "/44261-6"])
    assert total["answer"] == [{"valueDecimal": 8}]

    item = nurse_opens(nurse)
    assert "8 – PHQ-9: mild (5 to 9)" in item.text
    assert "Somewhat difficult" in item.text
    again = james.browser.submit(review.form("/send"))
    assert again.path == receipt.path
    assert len(world.written("QuestionnaireResponse")) == 1


def sent(world: World) -> Any:
    """The one that was handed in; its draft may still lie beside it."""
    written = world.written("QuestionnaireResponse")
    return only([each for each in written if each["status"] == "completed"])


def nurse_opens(nurse: Staff) -> Any:
    nurse.opens("nina")
    return nurse.opens_item("PHQ-9")


def test_thoughts_of_self_harm_are_answered_before_anything_is_sent(
    world: World, james: Patient, nurse: Staff
) -> None:
    page = forms.opens(james, "PHQ-9")
    more = forms.goes_on(james, page, mood(thoughts=SEVERAL))
    assert "988" in more.text, "at once, and not only at the end"
    review = forms.goes_on(james, more)

    assert "988" in review.text
    assert world.written("Communication") == []
    forms.sends(james, review)
    task = only(world.written("Task"))
    assert task["priority"] == "stat"
    queue = nurse.opens("tom")
    assert "Urgent" in queue.text
    assert "PHQ-9" in queue.text
    assert "thoughts of" in nurse.opens_item("PHQ-9").text


def test_a_mistake_is_said_beside_its_question_and_nothing_is_lost(james: Patient) -> None:
    page = forms.opens(james, "PHQ-9")
    answers = mood()
    del answers["/44255-8"]

    wrong = forms.goes_on(james, page, answers, status=422)

    assert wrong.title.startswith("Error: ")
    assert "Answer this question: 2. Feeling down, depressed, or hopeless" in wrong.text
    assert forms.sheet(wrong).fields["/44250-9"] == [SEVERAL]


def test_a_form_of_several_parts_keeps_the_place(world: World, james: Patient) -> None:
    page = forms.opens(james, "Your health so far")
    assert "Part 1 of 4" in page.text
    second = forms.goes_on(james, page, {"had": ["diabetes"], "operations": "true"})
    assert "Your answers bring up more questions." in second.text
    row = {"operation-what~1": "Appendix", "operation-year~1": "1998"}
    more = forms.goes_on(james, second, row, then="add:operation")
    third = forms.goes_on(
        james,
        more,
        {"operation-what~2": "Knee", "operation-year~2": "in May"},
        status=422,
    )
    assert "Write it like this: YYYY, like 2011" in third.text
    fourth = forms.goes_on(james, third, {"operation-year~2": "2011"})
    assert "Part 2 of 4" in fourth.text
    saved = forms.goes_on(james, fourth, {"medicine": ["Aspirin"]}, then="save")
    assert "Your answers are kept" in saved.text
    assert "To finish" in saved.text

    later = forms.opens(james, "Your health so far")
    assert "Part 2 of 4" in later.text
    assert forms.sheet(later).fields["medicine"] == ["Aspirin"]


def test_a_row_can_be_taken_away_again(world: World, james: Patient) -> None:
    unit = {"system": "http://unitsofmeasure.org", "code": "mm[Hg]", "display": "mmHg"}
    in_unit = {"url": f"{SD}questionnaire-unit", "valueCoding": unit}
    systolic = {"linkId": "systolic", "type": "quantity", "extension": [in_unit]}
    rows = {"linkId": "reading", "type": "group", "repeats": True, "item": [systolic]}
    asks(world, of_the_ehr(item=[rows]))
    page = forms.opens(james, "Before your test")
    page = forms.goes_on(james, page, {"systolic~1": "132"}, then="add:reading")
    page = forms.goes_on(james, page, {"systolic~2": "128"}, then="remove:1:reading")
    forms.sends(james, forms.goes_on(james, page))

    (reading,) = only(world.written("QuestionnaireResponse"))["item"]
    assert reading["item"][0]["answer"][0]["valueQuantity"] == {
        "value": 128,
        "unit": "mmHg",
        "system": "http://unitsofmeasure.org",
        "code": "mm[Hg]",
    }


def test_home_readings_have_one_page_that_the_forms_lead_to(james: Patient) -> None:
    page = james.browser.get(james.go("forms").link("Home readings"))

    assert page.path.endswith("/readings")


def test_what_the_record_knows_stands_in_the_form_already(james: Patient) -> None:
    page = forms.opens(james, "About you")

    fields = forms.sheet(page).fields
    assert "James" in fields["name"][0]
    assert fields["birth-date"][0]


def test_a_form_that_was_sent_can_be_changed_and_sent_again(world: World, james: Patient) -> None:
    answers = {**mood(), "/69722-7": "LA6573-5"}
    review = forms.goes_on(james, forms.opens(james, "PHQ-9"), answers)
    forms.sends(james, review)
    first = only(world.written("QuestionnaireResponse"))

    sent = next(href for words, href in james.go("forms").links if "/forms/sent/" in href)
    shown = james.browser.get(sent)
    assert "Several days" in shown.text
    page = james.browser.submit(shown.form("/again"))
    assert forms.sheet(page).fields["/44250-9"] == [SEVERAL]
    review = forms.goes_on(james, page, {"/44250-9": NOT_AT_ALL})
    forms.sends(james, review)

    assert len(world.written("QuestionnaireResponse")) == 2
    message = world.written("Communication")[-1]
    about = [each["reference"] for each in message["about"]]
    assert f"QuestionnaireResponse/{first['id']}" in about
    assert "takes the place" in message["payload"][0]["contentString"]


# --- what the clinic asks for ---------------------------------------------------------------------

SD = "http://hl7.org/fhir/StructureDefinition/"
OWN = "https://ehr.example/Questionnaire/before"


def of_the_ehr(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Questionnaire",
        "id": "before",
        "url": OWN,
        "version": "1",
        "status": "active",
        "title": "Before your test",
        "item": [
            {"linkId": "eaten", "type": "boolean", "text": "Have you eaten?", "required": True},
            {"linkId": "what", "type": "string", "text": "What?",
             "enableWhen": [{"question": "eaten", "operator": "=", "answerBoolean": True}]},
        ],
        **changes,
    }  # fmt: skip


def asks(
    world: World,
    form: dict[str, Any],
    canonical: str = OWN,
    whose: str = "Patient/james-carter",
) -> None:
    world.ehr.load(
        [
            form,
            {
                "resourceType": "Task",
                "id": "please-fill-in",
                "status": "requested",
                "intent": "order",
                "for": {"reference": whose},
                "owner": {"reference": whose},
                "description": "Before your test",
                "input": [{"type": {"text": "form"}, "valueCanonical": canonical}],
            },
        ]
    )


def test_a_form_that_the_clinic_asks_for_is_found_and_filled_in(
    world: World, james: Patient, nurse: Staff
) -> None:
    asks(world, of_the_ehr())
    page = forms.opens(james, "Before your test")
    more = forms.goes_on(james, page, {"eaten": "true"})
    assert "Your answers bring up more questions." in more.text
    review = forms.goes_on(james, more, {"what": "Toast"})
    forms.sends(james, review)

    response = only(world.written("QuestionnaireResponse"))
    assert response["questionnaire"] == f"{OWN}|1"
    assert response["_questionnaire"]["extension"][0]["valueString"] == "Before your test"
    nurse.opens("nina")
    assert "Toast" in nurse.opens_item("Before your test").text
    assert "Your clinic asks you to fill in" not in james.go("forms").text


def test_a_form_that_cannot_be_understood_is_refused_with_a_reason(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr(modifierExtension=[{"url": "urn:unheard", "valueBoolean": True}]))

    refused = forms.opens(james, "Before your test", status=422)

    assert "This form cannot be filled in here" in refused.text
    assert "312-555-0142" in refused.text
    assert "modifier" in refused.text


def test_a_form_that_is_gone_says_so(world: World, james: Patient) -> None:
    asks(world, of_the_ehr(), canonical=f"{OWN}-old|3")

    assert (
        "This form is not there any more."
        in forms.opens(james, "Before your test", status=422).text
    )


def test_two_windows_share_one_draft_and_send_one_form(world: World, james: Patient) -> None:
    asks(world, of_the_ehr())
    one = forms.opens(james, "Before your test")
    other = forms.opens(james, "Before your test")
    review = forms.goes_on(james, one, {"eaten": "false"})
    again = forms.goes_on(james, other, {"eaten": "false"})
    forms.sends(james, review)
    forms.sends(james, again)

    assert len(world.written("QuestionnaireResponse")) == 1


def test_what_was_typed_stays_while_it_is_not_asked_and_is_not_sent(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr())
    page = forms.opens(james, "Before your test")
    more = forms.goes_on(james, page, {"eaten": "true"})
    forms.goes_on(james, more, {"what": "Toast"}, then="save")
    page = forms.opens(james, "Before your test")
    review = forms.goes_on(james, page, {"eaten": "false"})

    assert "Another answer says that these are not needed." in review.text
    assert "Toast" in review.text
    forms.sends(james, review)
    (item,) = sent(world)["item"]
    assert item["linkId"] == "eaten"


def test_a_form_that_never_was_is_not_opened_by_a_made_up_address(james: Patient) -> None:
    james.go("forms/AAAA", status=404)
    james.go("forms/sent/AAAA", status=404)


def test_a_draft_is_kept_at_the_clinic_too_and_gone_on_with_from_there(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr())
    page = forms.opens(james, "Before your test")
    more = forms.goes_on(james, page, {"eaten": "true"})
    forms.goes_on(james, more, {"what": "Toast"}, then="save")
    draft = only(world.written("QuestionnaireResponse"))
    assert draft["status"] == "in-progress"

    world.clock.passes(100 * 3600)  # the app's own draft has ended
    later = people.patient(world)
    later.logs_in("james")
    assert "Kept at your clinic." in later.go("forms").text
    page = forms.opens(later, "Before your test")
    assert forms.sheet(page).fields["what"] == ["Toast"]
    forms.sends(later, forms.goes_on(later, page))

    assert sent(world)["item"][1]["answer"] == [{"valueString": "Toast"}]
    assert "Kept at your clinic." not in later.go("forms").text


def test_words_of_a_form_that_would_be_a_script_are_only_words(
    world: World, james: Patient
) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    hostile = of_the_ehr(
        title=f"Before your test {evil}",
        copyright=evil,
        item=[
            {"linkId": f'"><i id="x">{evil}', "type": "string", "text": evil},
            {
                "linkId": "c",
                "type": "choice",
                "text": evil,
                "answerOption": [{"valueCoding": {"code": evil, "display": evil}}],
            },
            {
                "linkId": "d",
                "type": "display",
                "text": "x",
                "_text": {
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/rendering-xhtml",
                            "valueString": f"<p>Careful {evil}</p>",
                        }
                    ]
                },
            },
        ],
    )
    asks(world, hostile)

    page = forms.opens(james, "Before your test")

    assert "<script>alert" not in page.html
    assert "<img" not in page.html
    assert "<p>Careful </p>" in page.html
    assert "<script>alert" not in forms.goes_on(james, page, {"c": evil}).html

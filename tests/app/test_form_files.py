"""Photos and papers in a form: beside their question, kept, taken out, sent, and opened."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PIL import Image
from werkzeug.datastructures import FileStorage

from smartapp.fhir.element import Json
from tests.app import forms, people
from tests.app.asked import only
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.test_forms import asks, of_the_ehr
from tests.app.world import World
from tests.pictures import PDF, photo

CARD = photo(size=(300, 200))


def adds(patient: Patient, page: Page, name: str, data: bytes, *, status: int = 200) -> Page:
    """On the page of the question, as a browser posts a file."""
    form = page.form("/files")
    fields: dict[str, Any] = {
        "csrf_token": form.fields["csrf_token"][0],
        "file": FileStorage(io.BytesIO(data), filename=name),
    }
    return patient.browser.post(form.action, fields, status=status)


def about_the_card(patient: Patient) -> Page:
    page = forms.opens(patient, "Insurance")
    return forms.goes_on(patient, page, {"insured": "yes"})


def with_both_sides(patient: Patient) -> Page:
    page = about_the_card(patient)
    written = {"payer~1": "Blue Plan", "member~1": "XY 12"}
    page = adds(patient, forms.goes_on(patient, page, written, "file:front~1"), "f.jpg", CARD)
    return adds(patient, forms.goes_on(patient, page, then="file:back~1"), "b.jpg", CARD)


def taking_out(page: Page) -> str:
    return next(value for _, value in forms.sheet(page).buttons if value.startswith("take-out:"))


def answers_to(response: Json, link: str) -> list[Any]:
    card = only([each for each in response["item"] if each["linkId"] == "card"])
    return [a for each in card["item"] if each["linkId"] == link for a in each["answer"]]


def test_both_sides_of_the_card_go_into_the_answers_and_staff_see_them(
    world: World, james: Patient, nurse: Staff
) -> None:
    page = with_both_sides(james)
    assert forms.sheet(page).fields["payer~1"] == ["Blue Plan"], "what was typed is still there"
    assert "The file is added. Nothing is sent yet." in page.text
    review = forms.goes_on(james, page, {"holder~1": "me"})
    assert "f.jpg (" in review.text
    assert "(number 1)" not in review.text, "there is no second card"
    assert james.browser.ask("GET", review.link("f.jpg")).content_type == "image/jpeg"
    forms.sends(james, review)

    response = only(world.written("QuestionnaireResponse"))
    front = only(answers_to(response, "front"))["valueAttachment"]
    assert (front["contentType"], front["title"]) == ("image/jpeg", "f.jpg")
    sent = base64.b64decode(front["data"])
    assert front["size"] == len(sent)
    with Image.open(io.BytesIO(sent)) as picture:
        assert not picture.getexif(), "where and how it was taken is nobody's business"
    only(answers_to(response, "back"))

    mine = next(href for words, href in james.go("forms").links if "/forms/sent/" in href)
    opened = james.browser.ask("GET", james.browser.get(mine).link("f.jpg"))
    assert opened.data == sent
    assert "attachment" in opened.headers["Content-Disposition"]

    nurse.opens("shaw")
    item = nurse.opens_item("Insurance")
    at_the_desk = nurse.browser.ask("GET", item.link("f.jpg"))
    assert at_the_desk.data == sent
    assert "sandbox" in at_the_desk.headers["Content-Security-Policy"]


def test_a_file_is_kept_when_something_else_is_wrong_and_can_be_taken_out(
    world: World, james: Patient
) -> None:
    page = with_both_sides(james)
    wrong = forms.goes_on(james, page, {"member~1": "", "holder~1": "me"}, status=422)
    assert "f.jpg (" in wrong.text
    out = taking_out(wrong)

    page = forms.goes_on(james, wrong, {"member~1": "XY 13"}, out)
    assert "f.jpg" not in page.text
    assert "b.jpg" in page.text
    assert forms.sheet(page).fields["member~1"] == ["XY 13"]
    forms.sends(james, forms.goes_on(james, page))

    response = only(world.written("QuestionnaireResponse"))
    assert answers_to(response, "front") == []
    only(answers_to(response, "back"))


NOT_TAKEN = {
    b"MZ a program": "This is not a photo (JPEG, PNG, WebP) or a PDF.",
    b"": "Choose a file first",
    CARD[:200]: "We could not open this file.",
    PDF: "Only photos can be added here (JPEG, PNG, WebP)",
}


def test_what_the_question_does_not_take_is_refused_and_nothing_is_lost(
    world: World, james: Patient
) -> None:
    photos = [{"url": MIME, "valueCode": "image/jpeg"}]
    asks(world, of_the_ehr(item=[*TYPED, question("p", extension=photos)]))
    page = forms.opens(james, "Before your test")
    page = forms.goes_on(james, page, {"typed": "my words"}, "file:p")

    for data, said in NOT_TAKEN.items():
        told = adds(james, page, "photo.jpg", data, status=422)
        assert said in told.text
        assert told.title.startswith("Error: ")

    back = james.browser.get(told.link("Back to the form"))
    assert forms.sheet(back).fields["typed"] == ["my words"]


MIME = "http://hl7.org/fhir/StructureDefinition/mimeType"
SIZE = "http://hl7.org/fhir/StructureDefinition/maxSize"
TYPED = [{"linkId": "typed", "type": "string", "text": "Your words"}]


def question(link: str, **more: Any) -> dict[str, Any]:
    return {"linkId": link, "type": "attachment", "text": f"Paper {link}", **more}


def test_a_file_that_must_be_there_is_asked_for(world: World, james: Patient) -> None:
    asks(world, of_the_ehr(item=[question("p", required=True)]))
    page = forms.opens(james, "Before your test")

    wrong = forms.goes_on(james, page, status=422)
    assert "Answer this question: Paper p" in wrong.text
    page = adds(james, forms.goes_on(james, wrong, then="file:p"), "letter.pdf", PDF)
    assert "Add one more" not in page.text, "one is all that is asked for"
    forms.sends(james, forms.goes_on(james, page))

    (item,) = only(world.written("QuestionnaireResponse"))["item"]
    assert base64.b64decode(item["answer"][0]["valueAttachment"]["data"]) == PDF


def test_a_form_says_how_large_a_file_may_be(world: World, james: Patient) -> None:
    small = [{"url": SIZE, "valueDecimal": 0.1}]
    asks(world, of_the_ehr(item=[question("p", extension=small, repeats=True)]))
    page = forms.goes_on(james, forms.opens(james, "Before your test"), then="file:p")
    assert "It can have up to 0.1 MB." in page.text
    assert "All files of this form together can have 3.5 MB after that." in page.text
    large = PDF.replace(b"%%EOF", b"x" * 200_000 + b"%%EOF")

    told = adds(james, page, "large.pdf", large, status=422)
    assert "This file is too large. Choose one of 0.1 MB or less" in told.text
    for number in range(5):
        back = adds(james, page, f"{number}.pdf", PDF)
    assert "Add one more" not in back.text
    assert "You can add 5 files at most" in adds(james, page, "6.pdf", PDF, status=422).text


@dataclass
class OtherFirst:
    """A store in which another window has the right to add when it is asked for first."""

    store: Any
    meanwhile: Callable[[], object] | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def lease(self, name: str, seconds: float) -> Any:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is None:
            return self.store.lease(name, seconds)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(meanwhile).result()
        return None


def test_two_windows_that_add_a_file_at_once_add_no_more_than_the_form_takes(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr(item=[question("p")]))
    page = forms.goes_on(james, forms.opens(james, "Before your test"), then="file:p")
    first = OtherFirst(world.services.store, lambda: adds(james, page, "first.pdf", PDF))
    slower = people.Patient(world.with_services(store=first).browser())
    slower.browser.cookies = james.browser.cookies
    slower.browser.visited = list(james.browser.visited)

    told = adds(slower, page, "second.pdf", PDF, status=422)

    assert "You can add 1 files at most" in told.text
    review = forms.goes_on(james, forms.opens(james, "Before your test"))
    assert ("first.pdf" in review.text, "second.pdf" in review.text) == (True, False)


def test_a_file_whose_time_is_over_is_said_to_be_so_and_holds_up_the_sending(
    world: World, james: Patient
) -> None:
    asks(world, of_the_ehr(item=[question("p")]))
    page = forms.goes_on(james, forms.opens(james, "Before your test"), then="file:p")
    adds(james, page, "letter.pdf", PDF)
    for key in [each for each in world.services.store._values if "upload:" in each]:
        world.services.store.delete(key)

    page = forms.opens(james, "Before your test")
    assert "The time for this file is over. Take it out and choose it again." in page.text
    wrong = forms.goes_on(james, page, status=422)
    assert "This file did not arrive. Choose it again" in wrong.text
    out = taking_out(wrong)
    review = forms.goes_on(james, forms.goes_on(james, wrong, then=out))
    assert "Not answered" in review.text


def test_files_that_were_sent_are_taken_over_when_the_form_is_changed(
    world: World, james: Patient
) -> None:
    review = forms.goes_on(james, with_both_sides(james), {"holder~1": "me"})
    forms.sends(james, review)
    first = only(world.written("QuestionnaireResponse"))
    sent = next(href for words, href in james.go("forms").links if "/forms/sent/" in href)

    page = james.browser.submit(james.browser.get(sent).form("/again"))
    assert "f.jpg (" in page.text
    forms.sends(james, forms.goes_on(james, page, {"member~1": "XY 14"}))

    second = [each for each in world.written("QuestionnaireResponse") if each["id"] != first["id"]]
    assert answers_to(only(second), "back")[0]["valueAttachment"]["title"] == "b.jpg"


def test_a_draft_at_the_clinic_holds_the_files_too(world: World, james: Patient) -> None:
    asks(world, of_the_ehr(item=[question("p")]))
    page = forms.goes_on(james, forms.opens(james, "Before your test"), then="file:p")
    forms.goes_on(james, adds(james, page, "letter.pdf", PDF), then="save")

    world.clock.passes(100 * 3600)  # all that the app kept is gone
    later = people.patient(world)
    later.logs_in("james")
    page = forms.opens(later, "Before your test")

    assert "letter.pdf (1 KB)" in page.text
    assert later.browser.ask("GET", page.link("letter.pdf")).data == PDF


def test_nobody_else_opens_what_somebody_has_chosen(world: World, james: Patient) -> None:
    page = with_both_sides(james)
    address = page.link("f.jpg")
    other = people.patient(world)
    other.logs_in("dorothy")
    assert other.browser.ask("GET", address).status_code == 401

    tail = address.rpartition("/")[2]
    theirs = forms.opens(other, "Insurance").url.partition("?")[0]
    assert other.browser.ask("GET", f"{theirs}/files/{tail}").status_code == 404


def test_where_the_ehr_takes_no_forms_the_message_takes_the_files_along(
    world: World, james: Patient
) -> None:
    review = forms.goes_on(james, with_both_sides(james), {"holder~1": "me"})
    refused = {"method": "POST", "type": "QuestionnaireResponse"}
    world.fails({"match": refused, "fault": {"kind": "status", "status": 422}})
    forms.sends(james, review)

    payload = only(world.written("Communication"))["payload"]
    assert "Blue Plan" in payload[0]["contentString"]
    assert [each["contentAttachment"]["title"] for each in payload[1:]] == ["f.jpg", "b.jpg"]

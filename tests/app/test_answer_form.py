"""The answer form of staff, without a script: templates, letters, a preview, minutes, the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app import people
from tests.app.asked import current_step, only
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.test_acting import does
from tests.app.world import Json, World

SENT = "Your refill is on its way."


def of_system(world: World, system: str) -> list[Json]:
    written = world.written("Communication")
    return [each for each in written if each["identifier"][0]["system"] == system]


@pytest.fixture
def mine(patient: Patient, nurse: Staff) -> Page:
    """The item of María's refill, taken by Tom. She reads Spanish."""
    patient.logs_in("maria")
    patient.asks_for("lisinopril", more="Me voy el viernes.")
    nurse.opens("tom")
    return nurse.takes(nurse.opens_item())


def test_the_answer_can_be_looked_at_before_it_goes_out(
    world: World, patient: Patient, nurse: Staff, mine: Page
) -> None:
    letter = nurse.answers(mine, template="letter:after-visit")
    text = letter.form("/answer").fields["text"][0]
    assert "Sus medicinas ahora: lisinopril 10 mg" in text
    assert "[cuándo]" in text
    stopped = nurse.answers(letter, then="keep", status=422)
    assert "Fill in or delete what stands in [ ]." in stopped.text

    fields: dict[str, Any] = {"text": SENT, "reminder": ["yes"], "language": "en"}
    shown = nurse.answers(stopped, then="preview", **fields)
    assert "The patient will read this" in shown.text
    assert "A reminder: messages are for one question at a time" in shown.text
    assert of_system(world, world.vocabulary.message)[1:] == []

    nurse.answers(shown, then="keep")
    _, sent = of_system(world, world.vocabulary.message)
    assert sent["language"] == "en"
    assert sent["payload"][0]["contentString"].startswith(f"{SENT}\n\nA reminder:")
    kinds = [e["extension"][0]["valueCode"] for e in only(world.written("Task"))["extension"]]
    assert kinds == ["claimed", "replied"]


def test_a_question_to_the_patient_puts_the_item_on_hold_until_they_answer(
    world: World, patient: Patient, nurse: Staff, mine: Page
) -> None:
    asked = nurse.answers(mine, template="question:still-taking")
    assert "¿todavía toma lisinopril" in asked.form("/answer").fields["text"][0]
    waits = nurse.answers(asked, then="wait")
    assert "The item waits for their answer." in waits.text

    task = only(world.written("Task"))
    assert (task["status"], task["statusReason"]["text"]) == (
        "on-hold",
        "The patient was asked something.",
    )
    requests = patient.go("requests")
    assert "La clínica le preguntó algo" in requests.text
    followed = patient.browser.get(next(h for _, h in requests.links if "/requests/" in h))
    assert "La clínica le preguntó algo" in current_step(followed.html)
    assert "La clínica le preguntó algo. " in followed.text
    patient.browser.submit(followed.form("/reply"), {"text": "Sí, cada mañana."})
    assert "Alguien de la clínica la está atendiendo" in patient.go("requests").text
    done = nurse.answers(nurse.opens_item(), text=SENT, outcome="too-early", then="close")
    assert "The item is closed." in done.text
    assert "statusReason" not in only(world.written("Task"))


def test_the_chart_gets_all_of_it_in_one_text_that_the_patient_never_sees(
    world: World, patient: Patient, nurse: Staff, mine: Page
) -> None:
    noted = does(nurse, mine, "note", words="Husband is worried")
    end = {"text": SENT, "outcome": "sent-to-pharmacy", "then": "close", "minutes": "7"}
    nurse.answers(noted, **end)

    summary = only(of_system(world, world.vocabulary.documentation))
    assert summary["meta"]["security"][0]["code"] == "NOPAT"
    assert summary["recipient"] == [{"reference": "Practitioner/nurse-berg"}]
    assert "partOf" not in summary
    text = summary["payload"][0]["contentString"]
    for part in (
        "Request by portal: Refill: lisinopril",
        "- How much of this medicine do you have left? Enough for 4 to 7 days",
        "The patient, ",
        "Me voy el viernes.",
        SENT,
        "Outcome: Approved and sent to the pharmacy",
        "Tom Berg, RN: Closed it after 7 minutes",
        "Links: Task/",
    ):
        assert part in text
    assert "Husband is worried" not in text, "notes between staff stay there"
    for path in ("requests", "start", "medicines", "download/record.json"):
        page = patient.browser.follow("GET", f"{patient.home}/{path}")
        assert "Request by portal" not in page.text
    followed = next(h for _, h in patient.go("requests").links if "/requests/" in h)
    assert "Request by portal" not in patient.browser.get(followed).text
    closed = nurse.browser.get(mine.url)
    assert "This is in the record, for staff." in closed.text


def test_where_the_ehr_takes_no_summary_it_is_there_to_be_copied(
    world: World, nurse: Staff, mine: Page
) -> None:
    refused = {"kind": "status", "status": 403}
    world.fails({"match": {"method": "POST", "type": "Communication"}, "fault": refused})

    closed = nurse.answers(mine, text="", outcome="too-early", then="close-only")

    assert "The EHR did not take the summary: copy it from below." in closed.text
    assert "This is NOT in the record." in closed.text
    assert "Outcome: Too early for a refill" in closed.text
    assert only(world.written("Task"))["status"] == "completed"


def test_a_visit_that_does_it_better_goes_to_the_front_desk_in_the_same_thread(
    world: World, patient: Patient, nurse: Staff, mine: Page
) -> None:
    queue = does(
        nurse, mine, "visit", kind="video-visit", words="Dizzy since the new dose", minutes="5"
    )
    assert "The front desk has a request for a visit." in queue.text
    assert "Dizzy" not in queue.text, "nurses work no queue of the front desk"

    closed, visit = world.written("Task")
    assert (closed["status"], visit["status"]) == ("completed", "requested")
    assert closed["focus"] == visit["focus"]
    assert visit["performerType"][0]["coding"][0]["code"] == "front-desk"
    followed = next(h for _, h in patient.go("requests").links if "/requests/" in h)
    page = patient.browser.get(followed)
    assert "La clínica la tiene" in current_step(page.html)
    assert "recepción" in page.text
    assert "La recepción se va a comunicar con usted" in page.text
    assert "Dizzy since the new dose" not in page.text
    desk = people.staff(world)
    desk.opens("kim")
    item = desk.opens_item()
    assert "Tom Berg, RN: Dizzy since the new dose" in item.text

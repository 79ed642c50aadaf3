"""What staff write for staff is on no page, in no feed and in no download of a patient."""

from __future__ import annotations

import re

from smartapp.fhir.change import Change, Kind
from smartapp.fhir.documentation import new_documentation
from smartapp.fhir.element import Reference
from smartapp.fhir.message import new_message
from tests.app import people
from tests.app.people import Patient, Staff
from tests.app.test_acting import does
from tests.app.world import World
from tests.security.crawl import crawl

# Only for who comes as staff: tests/app/test_doors.py.
STAFF = ("staff.", "item.", "staff_record.", "workbench.", "numbers.", "meant.")
STAFF += ("uploads.of_item", "form_files.of_item")
MARK = "Zyxwords"

# No link of this patient leads there: what they show.
ELSEWHERE = {
    "ask.check": "what the patient is about to send",
    "readings.check": "what the patient is about to send",
    "form_sending.review": "what the patient is about to send",
    "uploads.choose": "files that the patient has chosen",
    "form_files.choose": "files that the patient has chosen",
    "form_files.look": "a file of the patient's own answers",
    "form_files.of_patient": "a file of the patient's own answers",
    "uploads.of_patient": "a file of a message that the patient sees",
    "documents.look": "a document, as the same code shows it on its page",
    "documents.older_ones": "more lines of a page that was looked at",
    "visits.older_ones": "more lines of a page that was looked at",
    "window.offer": "nothing of the record",
    "session.style": "nothing of the record",
}


def marked(place: str) -> str:
    return f"{MARK} {place}"


def work_through(world: World, patient: Patient, nurse: Staff) -> None:
    """Everything that staff can write for each other, by the app itself."""
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    patient.asks_for("zolpidem")
    nurse.opens("tom")
    item = nurse.takes(nurse.opens_item())
    item = does(nurse, item, "note", words=marked("note"))
    item = does(nurse, item, "priority", to="asap", words=marked("priority"))
    asks = {"reason": "prescriber", "ask": "decide", "words": marked("escalation")}
    does(nurse, item, "escalate", **asks)
    doctor = people.staff(world)
    doctor.opens("patel")
    item = doctor.takes(doctor.opens_item("lisinopril"))
    does(doctor, item, "reroute", to="refills", reason="part-done", words=marked("decision"))
    item = nurse.takes(nurse.opens_item())
    nurse.answers(item, text="", outcome="too-early", then="close-only", minutes="3")


def plant(world: World) -> None:
    """And in every field of a Task and of a Communication that could hold a word of staff."""
    names = world.vocabulary
    tom = ("Practitioner/nurse-berg", "Tom Berg, RN")
    for task in world.written("Task"):
        change = Change(
            Kind.NOTE,
            world.services.now(),
            Reference(tom[0], marked("by")),
            before=marked("from"),
            after=marked("to"),
            words=marked("words"),
        )
        told = [{"type": {"text": marked("type")}, "valueString": marked("value")}]
        reasons = [
            {**each, "valueString": marked("reason")}
            for each in task["input"]
            if each["type"]["coding"][0]["code"] in {"reason", "summary", "rule"}
        ]
        kept = [
            each
            for each in task["input"]
            if each["type"]["coding"][0]["code"] not in {"reason", "summary", "rule"}
        ]
        world.ehr.update(
            {
                **task,
                "extension": [*task.get("extension", []), change.as_extension(names.change)],
                "note": [{"text": marked("note of the EHR")}],
                "statusReason": {"text": marked("statusReason")},
                "description": marked("description"),
                "input": [*kept, *reasons, *told],
                "output": [*task.get("output", []), *told],
            }
        )
    patient = "Patient/james-carter"
    world.ehr.create(
        new_documentation(
            vocabulary=names,
            identifier="6d0c3d6e-0000-4000-8000-000000000077",
            title=marked("title"),
            patient=patient,
            author=tom,
            at=world.services.now(),
            text=marked("summary"),
            about=[],
        )
    )
    among = new_message(
        vocabulary=names,
        identifier="6d0c3d6e-0000-4000-8000-000000000078",
        topic=("", ""),
        subject_line=marked("subject"),
        patient=patient,
        sender=tom,
        sent=world.services.now(),
        words=marked("among staff"),
        recipients=("Practitioner/dr-patel",),
    )
    for mark in ("identifier", "category", "meta"):  # an EHR may drop any but one of the marks
        only_one = {
            name: value
            for name, value in new_documentation(
                vocabulary=names,
                identifier=f"6d0c3d6e-0000-4000-8000-00000000008{len(mark)}",
                title=marked("title"),
                patient=patient,
                author=tom,
                at=world.services.now(),
                text=marked(f"only {mark}"),
                about=[],
            ).items()
            if name == mark or name not in {"identifier", "category", "meta", "recipient"}
        }
        world.ehr.create(only_one)
    world.ehr.create(among)


def test_no_word_of_staff_for_staff_is_anywhere_that_a_patient_gets_to(
    world: World, patient: Patient, nurse: Staff
) -> None:
    work_through(world, patient, nurse)
    plant(world)
    shown = people.staff(world)
    shown.opens("patel")
    assert MARK in shown.opens_item().text, "where it is for"
    begins = ("all", "start", "requests", "requests/unread", "download")
    leaks, seen = [], set()
    for page in crawl(world.app, patient.browser, [f"{patient.home}/{each}" for each in begins]):
        seen.add(page.endpoint)
        if MARK in page.body or MARK in page.headers:
            found = re.finditer(MARK, page.body)
            where = [page.body[max(0, m.start() - 60) : m.end() + 40] for m in found]
            leaks.append(f"{page.endpoint}: {where[:2]}")
    assert leaks == []

    routes = {
        rule.endpoint
        for rule in world.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.rule.startswith("/l/")
        if not rule.rule.startswith("/l/<lid>/queue")  # of the clinic's side
    }
    unseen = {each for each in routes - seen if not each.startswith(STAFF)}
    assert unseen == set(ELSEWHERE), "a page that a patient can open, and nobody looked at"

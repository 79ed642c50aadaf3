"""Taking the record along: whole, honest about what is missing, and nobody else's."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from tests.app import people
from tests.app.papers import document, inside
from tests.app.people import Patient
from tests.app.world import Json, World

STAFF_ONLY = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}


pytestmark = pytest.mark.usefixtures("recovering")


@pytest.fixture(scope="module")
def world(lasting: World) -> World:
    return lasting


def file(patient: Patient, form: str) -> Any:
    answer = patient.browser.ask("GET", f"{patient.home}/download/record.{form}")
    assert answer.status_code == 200
    expected = f"attachment; filename=health-record.{form}"
    assert answer.headers["Content-Disposition"] == expected
    return answer


def resources(patient: Patient) -> list[Json]:
    bundle = json.loads(file(patient, "json").data)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    return [entry["resource"] for entry in bundle["entry"]]


def of(kind: str, found: list[Json]) -> list[str]:
    return [each["id"] for each in found if each["resourceType"] == kind]


def test_the_whole_record_comes_as_one_bundle_and_is_put_on_record(
    world: World, walter: Patient
) -> None:
    before = len(world.events("record.export"))
    answer = file(walter, "json")
    found = [entry["resource"] for entry in json.loads(answer.data)["entry"]]

    assert answer.headers["Content-Type"] == "application/fhir+json"
    kinds = Counter(each["resourceType"] for each in found)
    assert kinds["Patient"] == 1
    assert {"Observation", "MedicationRequest", "Coverage", "CarePlan", "Consent"} <= kinds.keys()
    assert "OperationOutcome" not in kinds
    assert len({(each["resourceType"], each["id"]) for each in found}) == len(found)
    begun, ended = world.events("record.export")[before:]
    assert (begun["type"], begun["subtype"]) == ("record.export", "json")
    assert ended["extras"]["sha256"] == hashlib.sha256(answer.data).hexdigest()
    assert ended["extras"]["bytes"] == len(answer.data)


def test_what_is_withdrawn_foreign_replaced_or_for_staff_is_not_in_the_file(
    world: World, walter: Patient
) -> None:
    whose = {"reference": "Patient/walter-brooks"}
    goal = {"resourceType": "Goal", "description": {"text": "x"}, "subject": whose}
    note = {"resourceType": "Communication", "status": "completed", "subject": whose,
            "sender": {"reference": "Practitioner/nurse-berg"},
            "recipient": [{"reference": "CareTeam/team-nurses"}],
            "payload": [{"contentString": "AMONG STAFF"}]}  # fmt: skip
    world.ehr.load(
        [
            {**goal, "id": "withdrawn", "lifecycleStatus": "entered-in-error"},
            {**goal, "id": "for-staff", "meta": {"security": [STAFF_ONLY]}},
            {**note, "id": "among-staff"},
            document("unnamed-kind", inside(b"x", "text/plain"), type={"text": "?"}),
        ]
    )
    found = resources(walter)

    assert not {"withdrawn", "for-staff"} & set(of("Goal", found))
    assert "AMONG STAFF" not in json.dumps(found)
    assert not {"unnamed-kind", "walter-brooks-discharge-first", "walter-brooks-draft-note"} & set(
        of("DocumentReference", found)
    )
    assert not of("Task", found)

    foreign = {**goal, "id": "foreign", "subject": {"reference": "Patient/james-carter"}}
    world.fails(
        {
            "match": {"method": "GET", "type": "Goal"},
            "fault": {"kind": "edited", "set": {"entry": [{"resource": foreign}], "total": 1}},
        }
    )
    found = resources(walter)
    assert not of("Goal", found)
    assert "Goal" in json.dumps([e for e in found if e["resourceType"] == "OperationOutcome"])


def test_what_staff_noted_on_a_message_is_not_in_the_file(world: World, walter: Patient) -> None:
    written = {"resourceType": "Communication", "id": "noted", "status": "completed",
               "subject": {"reference": "Patient/walter-brooks"},
               "sender": {"reference": "Practitioner/nurse-berg"},
               "recipient": [{"reference": "Patient/walter-brooks"}],
               "note": [{"text": "NOT FOR WALTER"}],
               "payload": [{"contentString": "Hello"}]}  # fmt: skip
    world.ehr.load([written])

    found = [each for each in resources(walter) if each["id"] == "noted"]

    assert [each["payload"] for each in found] == [written["payload"]]
    assert "NOT FOR WALTER" not in json.dumps(found)


def test_what_is_kept_back_is_not_counted_before(world: World, walter: Patient) -> None:
    def said() -> str:
        return next(each for each in walter.go("download").text.split(". ") if "entries" in each)

    before = said()
    world.ehr.load([document(f"hidden-{n}", inside(b"x", "text/plain")) for n in range(200)])
    assert said() == before


def test_a_part_that_failed_is_named_in_both_files(world: World, walter: Patient) -> None:
    world.fails({"match": {"type": "Condition"}, "fault": {"kind": "status", "status": 500}})

    (outcome,) = [e for e in resources(walter) if e["resourceType"] == "OperationOutcome"]
    html = file(walter, "html").text

    assert [issue["details"]["text"] for issue in outcome["issue"]] == [
        "Condition: not in this file, or not all of it (ehr-error)"
    ]
    missing = html.partition("What is missing</h2>")[2]
    assert "<li>Health conditions</li>" in missing
    assert "All parts that" not in missing
    assert "This does not mean that there is nothing in it." in html


def test_what_was_not_allowed_is_named_too(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("walter", without={"documents"})

    (outcome,) = [e for e in resources(patient) if e["resourceType"] == "OperationOutcome"]

    assert [issue["details"]["text"] for issue in outcome["issue"]] == [
        "DocumentReference: not in this file, or not all of it (not-granted)"
    ]


def test_long_histories_are_whole_page_by_page(world: World) -> None:
    dorothy = people.patient(world)
    dorothy.logs_in("dorothy")
    held = [
        each["id"]
        for each in world.ehr.of_type("Observation")
        if each["subject"]["reference"] == "Patient/dorothy-hayes"
        and each["status"] != "entered-in-error"
    ]
    assert len(held) > 600

    found = resources(dorothy)

    assert sorted(of("Observation", found)) == sorted(held)
    assert not of("OperationOutcome", found)
    html = file(dorothy, "html").text
    assert "All parts that your clinic’s system shares with you" in html


def test_the_file_to_read_stands_alone(walter: Patient) -> None:
    answer = file(walter, "html")
    html = answer.text

    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert html.rstrip().endswith("</html>")
    for part in ("Health record of Walter Lee Brooks", "Sulfa", "apixaban", "Hospital stay",
                 "Stitches taken out", "$1,522.50", "Susan Brooks"):  # fmt: skip
        assert part in html, part
    assert "/l/" not in html  # nothing leads back into the app
    assert "<script" not in html
    assert "src=" not in html
    headings = [chunk.partition("</h2>")[0] for chunk in html.split("<h2")[1:]]
    assert len(headings) == 16
    for name in ("allergies", "results", "missing"):
        assert html.count(f'id="chapter-{name}"') == 1
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; ")


def test_the_page_says_how_much_it_will_be_or_that_nobody_knows(
    world: World, walter: Patient
) -> None:
    assert "The file for computers will have about" in walter.go("download").text
    world.fails({"match": {"type": "Goal"}, "fault": {"kind": "status", "status": 500}})
    assert "cannot say before how much it is" in walter.go("download").text


def test_a_file_in_spanish_is_in_spanish(world: World) -> None:
    maria = people.patient(world)
    maria.logs_in("maria")

    html = file(maria, "html").text

    assert '<html lang="es">' in html
    assert "Expediente de salud de María" in html
    assert "What is" not in html


def test_a_mother_of_a_teenager_gets_no_file_that_nobody_can_look_through_first(
    world: World,
) -> None:
    rachel = people.patient(world)
    rachel.logs_in("rachel")
    for path in ("download", "download/record.json", "download/record.html"):
        page = rachel.go(path)
        assert page.headings == ("This part is private",)
        assert "attachment" not in page.headers.get("content-disposition", "")


def test_payloads_in_the_record_are_only_text_in_the_file(world: World, walter: Patient) -> None:
    hostile = "</section><script>alert(1)</script><img src=x onerror=alert(1)>"
    whose = {"reference": "Patient/walter-brooks"}
    world.ehr.load(
        [
            {"resourceType": "Goal", "id": "hostile", "lifecycleStatus": "active",
             "description": {"text": hostile}, "subject": whose},
            {"resourceType": "Invoice", "id": "hostile", "status": "issued", "subject": whose,
             "paymentTerms": hostile, "identifier": [{"value": hostile}]},
        ]
    )  # fmt: skip

    html = file(walter, "html").text

    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html

"""The audit: every page of a record and every write is in it, and nothing of what they said is.

And the log, which may leave the clinic's hands: not a name, not a word, not a token in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from smartapp import audit
from smartapp.logs import REQUEST_ID
from smartapp.views.sweep import sweep_once
from tests.app import people
from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import CLIENT_SECRET, SECRET_KEY, Json, World, opened

CANARIES = {
    "name": "Zzcanaryname",
    "medicine": "zzcanarymedicine",
    "words": "zzcanarywords of the patient",
    "answer": "zzcanaryanswer of the nurse",
    "note": "zzcanarynote",
    "typed": "zzcanarytyped and never sent",
}


def every_text(world: World) -> str:
    """All that the app has written down: its log and its audit."""
    files = [file.read_text() for file in world.audit_folder.rglob("*") if file.is_file()]
    return "\n".join([*world.log.lines, *files])


def name_the_patient(world: World) -> None:
    james = world.ehr.read("Patient", "james-carter")
    assert james is not None
    world.ehr.update({**james, "name": [{"family": CANARIES["name"], "given": ["James"]}]})
    world.prescribes("james-carter", CANARIES["medicine"])


@pytest.mark.smart(9)
def test_neither_the_log_nor_the_audit_repeats_anything() -> None:
    with opened(auth="secret") as world:
        name_the_patient(world)
        patient, nurse = people.patient(world), people.staff(world)
        seen = _whole_loop(world, patient, nurse)
        _much_trouble(world, patient, nurse)
        _odd_addresses(world)

        written = every_text(world)
        assert len(written) > 20_000
        for name, canary in CANARIES.items():
            word = canary.split()[0]
            assert word.lower() not in written.lower(), name
        for secret in {CLIENT_SECRET, SECRET_KEY, *seen}:
            assert secret not in written
        assert "Bearer " not in written
        assert not re.search(r"eyJ[\w-]{10}", written), "a signed token"


def _whole_loop(world: World, patient: Patient, nurse: Staff) -> set[str]:
    """Returns what was secret on the way: states, codes, tokens, cookies, launch values."""
    patient.logs_in("james")
    patient.asks_for(CANARIES["medicine"], more=CANARIES["words"])
    nurse.opens("tom")
    item = nurse.takes(nurse.opens_item())
    nurse.answers(item, text=CANARIES["typed"], then="close", status=422)
    nurse.answers(item, text=CANARIES["answer"], outcome="needs-visit", then="close")
    seen = {secret for each in (patient, nurse) for secret in each.browser.secrets(each.browser)}
    for each in (patient, nurse):
        for url in each.browser.visited:
            pairs = re.findall(r"[?&](state|code|nonce|launch|code_challenge)=([^&]+)", url)
            seen |= {value for _, value in pairs}
        seen |= {cookie.value for cookie in each.browser.cookies["localhost"].values()}
    assert len(seen) >= 10
    return {each for each in seen if len(each) > 8}


def _much_trouble(world: World, patient: Patient, nurse: Staff) -> None:
    form = patient.browser.get(patient.form_address("lisinopril")).form("/refill")
    for fault in (
        {"kind": "status", "status": 500},
        {"kind": "wrong", "what": "html"},
        {"kind": "truncated"},
        {"kind": "lost"},
    ):
        world.fails({"match": {"path": "/fhir/"}, "fault": fault})
        for path in ("start", "medicines", "requests"):
            patient.browser.ask("GET", f"{patient.home}/{path}")
        fields = {**form.fields, **PLAIN, "more": CANARIES["typed"], "then": "check"}
        patient.browser.ask("POST", form.action, fields=fields)
        nurse.browser.ask("GET", f"{nurse.home}/queue")
        sweep_once(world.services)
    world.recovers()
    patient.browser.ask("POST", form.action, fields={"more": CANARIES["typed"]})


def _odd_addresses(world: World) -> None:
    world.mishaps = True
    browser = world.browser()
    note = CANARIES["note"]
    for address in (
        f"/{note}",
        f"/launch?iss=https://{note}.example/fhir&launch={note}",
        f"/launch/{note}",
        f"/callback/sandbox-patients?state={note}&code={note}&error={note}",
        f"/callback/{note}?state={note}",
        f"/l/{note}/start?name={note}",
        f"/static/{note}",
    ):
        browser.ask("GET", address, headers={"User-Agent": note, "Referer": f"http://{note}"})
    browser.ask("POST", f"/l/{note}/language", fields={"language": note})

    def broken() -> str:
        raise KeyError(note)

    world.app.view_functions["public.welcome"] = broken
    browser.ask("GET", "/")


# --- what is in it ----------------------------------------------------------------------------


def views_of(world: World, action: Callable[[], object]) -> list[Json]:
    before = len(world.events("record.view"))
    action()
    return world.events("record.view")[before:]


def test_every_page_of_a_record_is_an_event(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    pages: dict[str, Callable[[], object]] = {
        "start": lambda: patient.go("start"),
        "medicines": lambda: patient.go("medicines"),
        "requests": lambda: patient.go("requests"),
        "form": lambda: patient.browser.get(form),
        "mistake": lambda: patient.browser.post(
            form, {**patient.browser.get(form).form("/refill").fields, "then": "check"}, status=422
        ),
    }
    form = patient.form_address("lisinopril")
    for name, visit in pages.items():
        found = views_of(world, visit)
        if name == "start":  # its parts arrive one by one, each with an event of its own
            assert found
        else:
            assert len(found) == (2 if name == "mistake" else 1), name
        for event in found:
            assert event["patient"]["ref"] == "Patient/james-carter"
            assert event["who"]["ref"] == "Patient/james-carter"
            assert event["purpose"] == "PATRQT"
    check = patient.answers(patient.browser.get(form))
    assert len(views_of(world, lambda: patient.browser.get(check.url))) == 1
    receipt = patient.sends(check)
    assert len(views_of(world, lambda: patient.browser.get(receipt.url))) == 1

    nurse.opens("tom")
    (event,) = views_of(world, nurse.opens_item)
    assert event["who"]["ref"] == "Practitioner/nurse-berg"
    assert event["patient"]["ref"] == "Patient/james-carter"
    assert event["purpose"] == "TREAT"
    assert {"Communication", "AllergyIntolerance", "MedicationRequest"} <= {
        entity["type"] for entity in event["entities"]
    }


def test_a_list_of_patients_is_an_event_for_each(world: World, nurse: Staff) -> None:
    for username in ("james", "maria"):
        patient = people.patient(world)
        patient.logs_in(username)
        patient.asks_for("lisinopril")
    nurse.opens("tom")

    listed = {event["patient"]["ref"] for event in world.events("list.view")}
    assert listed == {"Patient/james-carter", "Patient/maria-lopez"}


def test_every_write_is_an_event(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse.opens("tom")
    nurse.answers_and_closes()

    for kind in ("QuestionnaireResponse", "Communication", "Task"):
        for resource in world.written(kind):
            reference = f"{kind}/{resource['id']}"
            events = [each for each in world.events("submission") if reference in json.dumps(each)]
            assert [each["subtype"] for each in events] == ["confirmed"], reference
    task = f"Task/{world.written('Task')[0]['id']}"
    done = [event for event in world.events("task.") if event["type"] != "task.try"]
    assert [event["type"] for event in done] == ["task.claim", "task.change"]
    assert all(event["entities"][0]["ref"] == task for event in world.events("task."))


def test_who_acts_for_another_is_on_record(world: World, patient: Patient) -> None:
    patient.logs_in("emily", "leo-nguyen")
    event, *_ = world.events("record.view")

    assert event["who"]["ref"] == "RelatedPerson/emily-for-leo"
    assert event["who"]["proxy_for"] == "Patient/leo-nguyen"
    assert event["patient"]["ref"] == "Patient/leo-nguyen"


def test_coming_and_going_are_on_record(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    patient.browser.submit(patient.go("start").form("/sign-out"))

    types = [event["type"] for event in world.events()]
    order = [name for name in types if name.startswith(("launch.", "session."))]
    assert order == ["launch.start", "session.start", "session.end"]


def test_an_event_names_references_and_never_a_session(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    ((lid, _),) = patient.browser.sessions.items()

    for event in world.events("record.view"):
        assert lid not in json.dumps(event)
        assert event["lid_h"]
        assert event["app"] == {"client_id": "smartapp-patients", "ehr": "sandbox-patients"}


def test_what_was_written_down_can_be_verified_and_a_change_is_noticed(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    keys = world.services.settings.secret_keys
    world.services.audit.close()
    assert audit.verify(world.audit_folder, keys).findings == ()

    (file,) = world.audit_folder.glob("writer-*.jsonl")
    whole = file.read_text()
    file.write_text(whole.replace("Patient/james-carter", "Patient/maria-lopez", 1))
    assert audit.verify(world.audit_folder, keys).findings != ()
    file.write_text(whole)


@pytest.mark.parametrize("path", ["start", "medicines", "requests"])
def test_a_page_that_failed_shows_nothing_and_claims_no_view(
    world: World, patient: Patient, path: str
) -> None:
    patient.logs_in("james")
    world.fails({"match": {"path": "/fhir/Patient/"}, "fault": {"kind": "status", "status": 500}})

    def look() -> None:
        patient.browser.ask("GET", f"{patient.home}/{path}")

    assert views_of(world, look) == []


def test_the_name_of_a_request_ends_with_it(patient: Patient, world: World) -> None:
    patient.logs_in("james")
    assert REQUEST_ID.get() == ""

    sweep_once(world.services)
    assert REQUEST_ID.get() == ""

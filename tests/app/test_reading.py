"""Reading when the EHR fails in part: what could not be loaded says so, and never reads "none"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from smartapp.transport import Limits
from tests.app import people
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import Json, World, opened

NO_REQUESTS = "You have not asked for anything yet."
NO_MEDICINES = "Your clinic has no current medicines for you in its record."
NOTHING_WAITS = "Nothing is waiting."
FAULTS = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 429, "retry_after": 0},
    {"kind": "lost", "how": "cut"},
    {"kind": "truncated"},
    {"kind": "wrong", "what": "type"},
)


def of(fault: Json) -> str:
    return "-".join(str(value) for value in fault.values())


def reading(kind: str, fault: Json) -> Json:
    return {"match": {"method": "GET", "path": f"/fhir/{kind}"}, "fault": fault}


@pytest.fixture
def world(settled: World) -> Iterator[World]:
    yield settled
    settled.recovers()


# --- a patient's pages ------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS, ids=of)
def test_orders_that_cannot_be_read_do_not_read_none(
    world: World, james: Patient, fault: Json
) -> None:
    world.fails(reading("MedicationRequest", fault))
    page = james.go("medicines")

    assert "We could not load your medicines. This does not mean that you have none." in page.text
    assert NO_MEDICINES not in page.text
    assert page.link("Try again")
    world.recovers()
    assert "lisinopril" in james.browser.get(page.link("Try again")).text


@pytest.mark.parametrize("fault", FAULTS, ids=of)
def test_messages_that_cannot_be_read_do_not_read_none(
    world: World, james: Patient, fault: Json
) -> None:
    world.fails(reading("Communication", fault))
    for path in ("start", "requests"):
        page = james.go(path)
        assert "We could not load your requests. This does not mean" in page.text
        assert NO_REQUESTS not in page.text
    medicines = james.go("medicines")
    assert "You have not asked for a refill." not in medicines.text
    assert not any(href.endswith("/refill") for _, href in medicines.links), "or it is sent twice"


@pytest.mark.parametrize("fault", FAULTS, ids=of)
def test_without_the_work_a_request_is_shown_as_a_part(
    world: World, james: Patient, fault: Json
) -> None:
    request = james.go("requests").link("Refill")
    world.fails(reading("Task", fault))

    listed = james.go("requests")
    assert "We could not load all of your requests. There may be more." in listed.text
    assert "Refill: lisinopril" in listed.text
    page = james.browser.get(request)
    assert "We could not load all of this request." in page.text
    assert not any(href.endswith("/refill") for _, href in james.go("medicines").links)


@pytest.mark.parametrize("fault", FAULTS, ids=of)
def test_fills_that_cannot_be_read_refuse_nobody_a_refill(
    world: World, james: Patient, fault: Json
) -> None:
    world.fails(reading("MedicationDispense", fault))
    page = james.go("medicines")

    assert any("hydrochlorothiazide" in words for words, _ in page.links)
    assert NO_MEDICINES not in page.text


@pytest.mark.parametrize("fault", FAULTS, ids=of)
def test_without_knowing_whose_record_it_is_nothing_of_it_is_shown(
    world: World, james: Patient, fault: Json
) -> None:
    world.fails(reading("Patient/", fault))
    for path in ("start", "medicines", "requests"):
        answer = james.browser.ask("GET", f"{james.home}/{path}")
        assert answer.status_code in {403, 404, 502, 503, 504}
        assert "lisinopril" not in answer.text
        assert "James" not in answer.text


def test_visits_that_cannot_be_read_exclude_nobody(world: World) -> None:
    patient = people.patient(world)
    world.prescribes("harold-finch", "lisinopril 10 mg tablet")
    patient.logs_in("harold")
    assert "We have not seen you for 3 years" in patient.go("medicines").text
    world.fails(reading("Encounter", {"kind": "status", "status": 500}))

    page = patient.go("medicines")
    assert "We have not seen you" not in page.text
    assert any(href.endswith("/refill") for _, href in page.links)


def test_a_list_that_breaks_off_says_that_there_may_be_more(world: World) -> None:
    world.prescribes("dorothy-hayes", *(f"medicine {number}" for number in range(150)))
    patient = people.patient(world)
    patient.logs_in("dorothy")
    whole = patient.go("medicines").text
    assert "medicine 149" in whole
    assert "We could not show all" not in whole
    page_two = reading("MedicationRequest", {"kind": "status", "status": 500})
    tries = range(2, 5)  # a read is tried three times
    world.fails(*({**page_two, "match": {**page_two["match"], "nth": n}} for n in tries))

    page = patient.go("medicines")
    assert "medicine 1" in page.text
    assert "medicine 149" not in page.text
    assert "We could not show all of your medicines. There may be more." in page.text
    assert NO_MEDICINES not in page.text


def test_a_slow_part_does_not_hold_up_the_others_for_ever() -> None:
    limits = Limits(first_byte=0.3, total=0.5, longest_pause=0.01, failures=100)
    with opened(limits=limits) as world:
        patient = people.patient(world)
        patient.logs_in("james")
        world.fails(reading("MedicationRequest", {"kind": "delay", "seconds": 2}))
        page = patient.go("medicines")

        assert "We could not load your medicines." in page.text


def test_when_the_ehr_throttles_the_page_says_when_to_come_back() -> None:
    """A wait that is longer than anybody has patience for is passed on."""
    with opened(limits=Limits(total=0.5, longest_pause=0.01)) as world:
        patient = people.patient(world)
        patient.logs_in("james")
        throttled = {"kind": "status", "status": 429, "retry_after": 7}
        world.fails(reading("Patient/", throttled))
        answer = patient.browser.ask("GET", f"{patient.home}/start")

        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 7


# --- staff --------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS, ids=of)
@pytest.mark.parametrize("kind", ["Task", "Communication"])
def test_a_queue_that_cannot_be_read_does_not_read_empty(
    world: World, nurse: Staff, kind: str, fault: Json
) -> None:
    nurse.opens("tom")
    world.fails(reading(kind, fault))
    page = nurse.queue()

    assert NOTHING_WAITS not in page.text
    assert re.search(r"could( not)? be loaded\. (This does not mean|There may be more)", page.text)


@pytest.mark.parametrize("fault", FAULTS, ids=of)
def test_allergies_that_cannot_be_read_beside_an_item_do_not_read_none(
    world: World, nurse: Staff, fault: Json
) -> None:
    nurse.opens("tom")
    world.fails(reading("AllergyIntolerance", fault))
    item = nurse.opens_item()

    assert "Could not be loaded. Look in the chart before you decide." in item.text
    assert "No allergies are recorded" not in item.text


@pytest.mark.parametrize(
    ("kind", "said", "never"),
    [
        ("MedicationRequest", "The order could not be loaded.", "No other active medicines."),
        ("MedicationDispense", "Could not be loaded.", "No fill is in the record."),
        ("QuestionnaireResponse", "The patient’s answers could not be loaded.", "4 to 7"),
    ],
)
def test_each_part_beside_an_item_says_that_it_is_missing(
    world: World, nurse: Staff, kind: str, said: str, never: str
) -> None:
    nurse.opens("tom")
    address = nurse.queue().link("Refill")
    world.fails(reading(kind, {"kind": "status", "status": 500}))
    item = nurse.browser.get(address)

    assert said in item.text
    assert never not in item.text.partition("What the patient answered")[2]


def test_a_queue_whose_people_cannot_be_read_still_shows_the_work(world: World) -> None:
    nurse = people.staff(world)
    nurse.opens("tom")
    world.fails(reading("Patient", {"kind": "status", "status": 500}))

    page = nurse.queue()
    assert "Refill: lisinopril" in page.text


def test_staff_whose_role_cannot_be_read_are_not_taken_for_somebody_without_work(
    world: World,
) -> None:
    world.fails(reading("PractitionerRole", {"kind": "status", "status": 500}))
    nurse = people.staff(world.another_worker())
    page = nurse.opens("tom", status=502)

    assert "Your role works no queue here." not in page.text


# --- what is not this patient's ---------------------------------------------------------------


def foreign(world: World, kind: str, id_: str) -> Json:
    resource = world.ehr.read(kind, id_)
    assert resource is not None
    return dict(resource)


def mixed_in(path: str, *resources: Json) -> Json:
    entries = [{"resource": each, "search": {"mode": "match"}} for each in resources]
    fault = {"kind": "edited", "set": {"entry": entries}}
    return {"match": {"method": "GET", "path": path}, "fault": fault}


def test_what_belongs_to_another_patient_is_withheld_and_put_on_record(
    world: World, james: Patient
) -> None:
    marias = foreign(world, "MedicationRequest", "maria-lopez-lisinopril-10")
    own = foreign(world, "MedicationRequest", "james-carter-zolpidem-5")
    before = len(world.events("compartment.mismatch"))
    world.fails(mixed_in("/fhir/MedicationRequest", {**marias, "id": "strange"}, own))
    page = james.go("medicines")

    assert "zolpidem" in page.text
    assert "lisinopril" not in page.text
    assert "We could not show all of your medicines." in page.text
    (event,) = world.events("compartment.mismatch")[before:]
    assert event["patient"]["ref"] == "Patient/james-carter"
    assert event["entities"][0]["type"] == "MedicationRequest"


def test_the_record_of_another_patient_is_never_shown_as_ones_own(
    world: World, james: Patient
) -> None:
    maria = foreign(world, "Patient", "maria-lopez")
    world.fails(
        {
            "match": {"method": "GET", "path": "/fhir/Patient/"},
            "fault": {"kind": "edited", "set": maria},
        }
    )
    page = james.go("start", status=404)

    assert "María" not in page.text
    assert world.events("compartment.mismatch")


def test_a_message_that_is_read_back_as_another_patients_is_no_receipt_and_on_record(
    world: World, james: Patient
) -> None:
    check = james.checks("hydrochlorothiazide")
    elsewhere = {"subject": {"reference": "Patient/maria-lopez"}}
    world.fails(
        {
            "match": {"method": "GET", "path": "/fhir/Communication/"},
            "fault": {"kind": "edited", "set": elsewhere},
        }
    )
    before = len(world.events("compartment.mismatch"))
    page = james.sends(check)

    assert "The clinic has your request" not in page.text
    event = world.events("compartment.mismatch")[before]
    assert event["patient"]["ref"] == "Patient/james-carter"
    assert event["entities"][0]["type"] == "Communication"


def test_a_resource_that_names_no_patient_is_nobodys(world: World, james: Patient) -> None:
    own = foreign(world, "MedicationRequest", "james-carter-zolpidem-5")
    nobodys = {name: value for name, value in own.items() if name != "subject"}
    world.fails(mixed_in("/fhir/MedicationRequest", nobodys))

    page = james.go("medicines")
    assert "zolpidem" not in page.text
    assert NO_MEDICINES not in page.text


def test_one_resource_that_cannot_be_understood_leaves_the_others(
    world: World, james: Patient
) -> None:
    own = foreign(world, "MedicationRequest", "james-carter-zolpidem-5")
    broken = {**own, "id": "broken", "status": 7, "dosageInstruction": "twice"}
    world.fails(mixed_in("/fhir/MedicationRequest", broken, own))

    page = james.go("medicines")
    assert "zolpidem" in page.text
    assert "We could not show all of your medicines." in page.text


def test_a_launch_for_one_patient_that_reads_another_is_refused(world: World) -> None:
    maria = foreign(world, "Patient", "maria-lopez")
    world.fails(
        {
            "match": {"method": "GET", "path": "/fhir/Patient/"},
            "fault": {"kind": "edited", "set": maria},
        }
    )
    patient = people.patient(world)
    consent = patient.reaches_consent("james")
    page: Page = patient.browser.submit(
        consent.forms[0], {"allow": consent.forms[0].choices["allow"]}, status=404
    )

    assert "María" not in page.text
    assert patient.browser.sessions == {}


# --- the record beside an item --------------------------------------------------------------------


def test_staff_see_problems_and_the_results_that_matter_beside_an_item(
    world: World, nurse: Staff
) -> None:
    nurse.opens("tom")
    item = nurse.opens_item()

    assert "Problems" in item.text
    assert "High blood pressure" in item.text
    assert "Results for this medicine Creatinine · 1.0 mg/dL · Usual" in item.text
    assert "LDL cholesterol" not in item.text


@pytest.mark.parametrize(
    ("kind", "never"),
    [
        ("Condition", "No current problems are recorded."),
        ("Observation", "No laboratory results are recorded."),
    ],
)
def test_problems_and_results_that_cannot_be_read_do_not_read_none(
    world: World, nurse: Staff, kind: str, never: str
) -> None:
    nurse.opens("tom")
    world.fails(reading(kind, {"kind": "status", "status": 500}))
    item = nurse.opens_item()

    assert never not in item.text
    assert "Could not be loaded. Look in the chart before you decide." in item.text

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import quote

import pytest

from sandbox.search import SearchProblem, find, parse
from sandbox.search.parameters import PARAMETERS
from tests.sandbox.fhir.clinic import (
    BASE,
    CATEGORY,
    LOINC,
    MESSAGE,
    QUEUE,
    Client,
    Clinic,
    concept,
    json_of,
    message,
    said,
    task,
)

ALL = {"potassium", "pressure", "sodium", "bens"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ALL),
        ("patient=ana", ALL - {"bens"}),
        ("patient=Patient/ana", ALL - {"bens"}),
        (f"patient={BASE}/Patient/ana", ALL - {"bens"}),
        ("patient=Patient/ana/_history/1", ALL - {"bens"}),
        ("subject=Patient/ana", ALL - {"bens"}),
        ("subject:Patient=ben", {"bens"}),
        ("subject=ben", {"bens"}),
        ("subject=http://elsewhere.example/Patient/ana", set()),
        ("patient=ana,ben", ALL),
        ("category=laboratory", ALL - {"pressure"}),
        (f"category={CATEGORY}|laboratory", ALL - {"pressure"}),
        (f"category={CATEGORY}|", ALL),
        ("category=http://other|", set()),
        ("category=http://other|laboratory", set()),
        ("category=|laboratory", set()),
        ("category=laboratory,vital-signs", ALL),
        ("category:not=laboratory", {"pressure"}),
        ("category:not=laboratory,vital-signs", set()),
        ("code=2823-3&patient=ana", {"potassium"}),
        ("code:text=result 28", {"potassium", "bens"}),
        ("code:text=potass", set()),
        ("status=final", ALL),
        ("status=http://hl7.org/fhir/observation-status|final", ALL),
        ("status=FINAL", set()),
        ("date=2026", ALL - {"sodium"}),
        ("date=ge2026-03-02", {"pressure", "bens"}),
        ("date=ge2026-03-01&date=lt2026-03-02", {"potassium"}),
        ("date=2026-05-20T16:30:00Z", {"pressure"}),
        ("date=2026-05-20T18:30:00 02:00", {"pressure"}),
        ("_id=potassium,bens,nobody", {"potassium", "bens"}),
        ("encounter:missing=true", ALL),
        ("encounter:missing=false", set()),
        ("_lastUpdated=lt2000", set()),
        ("_lastUpdated=gt2000", ALL),
    ],
)
def test_observations_are_found_by(nora: Client, asked: str, found: set[str]) -> None:
    assert set(nora.found(f"/Observation?{quote(asked, safe='=&')}")) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("name=mun", ["ana"]),
        ("name=lucia", ["ana"]),
        ("family=Muñoz", ["ana"]),
        ("family=oz", []),
        ("family:contains=OZ", ["ana"]),
        ("family:exact=muñoz", []),
        ("family:exact=Muñoz", ["ana"]),
        ("identifier=urn:mrn|200", ["ben"]),
        ("identifier=200", ["ben"]),
        ("identifier=urn:other|200", []),
        ("identifier=urn:mrn|", ["ana", "ben"]),
        ("gender=male", ["ben"]),
        ("active=true", ["ana"]),
        ("birthdate=1988", ["ben"]),
        ("birthdate=le1970-01-01", ["ana"]),
        ("birthdate=eb1988", ["ana"]),
    ],
)
def test_patients_are_found_by(nora: Client, asked: str, found: list[str]) -> None:
    assert nora.found(f"/Patient?{quote(asked, safe='=&')}") == found


def test_a_task_is_found_by_everything_a_queue_asks(clinic: Clinic, nora: Client) -> None:
    clinic.store.load([message(id="words")])
    wanted = task(
        identifier=[{"system": MESSAGE, "value": "a,b|c"}],
        groupIdentifier={"system": "urn:thread", "value": "7"},
        focus={"reference": "Communication/words"},
        owner={"reference": "Practitioner/nora"},
        requester={"reference": "Patient/ana"},
        performerType=[concept(QUEUE, "refill")],
        code=concept("urn:type", "refill-request"),
        businessStatus=concept("urn:business", "new"),
        priority="urgent",
        authoredOn="2026-10-12T14:03:22-07:00",
        basedOn=[{"reference": "MedicationRequest/order"}],
    )
    made = clinic.store.create(wanted)["id"]
    clinic.store.create(task("ben", status="completed"))

    for asked in (
        "patient=ana",
        "owner=Practitioner/nora",
        "owner=nora",
        "requester=Patient/ana",
        "status=requested,received",
        "status:not=completed",
        f"performer={QUEUE}|refill",
        "focus=Communication/words",
        "group-identifier=urn:thread|7",
        r"identifier=https://app.example/message|a\,b\|c",
        "code=refill-request",
        "business-status=new",
        "priority=urgent",
        "authored-on=2026-10-12",
        "based-on=MedicationRequest/order",
        "owner:missing=false",
    ):
        assert nora.found(f"/Task?{quote(asked, safe='=')}") == [made], asked
    assert len(nora.found("/Task?intent=order")) == 2


def test_a_message_is_found_by_everything_a_thread_asks(clinic: Clinic, nora: Client) -> None:
    clinic.store.load([message(id="root", value="1")])
    reply = message(
        value="2",
        id="reply",
        partOf=[{"reference": "Communication/root"}],
        sender={"reference": "Practitioner/nora"},
        recipient=[{"reference": "Patient/ana"}],
        category=[concept("urn:kind", "refill")],
        received="2026-10-13",
    )
    clinic.store.load([reply])

    for asked in (
        "part-of=Communication/root",
        "sender=Practitioner/nora",
        "recipient=Patient/ana",
        "category=urn:kind|refill",
        "received=ge2026-10-13",
        f"identifier={MESSAGE}|2",
    ):
        assert nora.found(f"/Communication?{quote(asked, safe='=')}") == ["reply"], asked
    assert nora.found("/Communication?sent=2026-10-12&subject=Patient/ana") == ["root", "reply"]


def test_a_form_is_found_with_or_without_its_version(clinic: Clinic, nora: Client) -> None:
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": "r",
        "questionnaire": "https://app.example/Questionnaire/refill|2",
        "status": "completed",
    }
    clinic.store.load([form])

    assert nora.found(
        "/QuestionnaireResponse?questionnaire=https://app.example/Questionnaire/refill"
    )
    assert nora.found(
        "/QuestionnaireResponse?questionnaire=https://app.example/Questionnaire/refill%7C2"
    )
    assert not nora.found(
        "/QuestionnaireResponse?questionnaire=https://app.example/Questionnaire/refill%7C3"
    )


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("date", ["sodium", "potassium", "bens", "pressure"]),
        ("-date", ["pressure", "bens", "potassium", "sodium"]),
        ("code,-date", ["bens", "potassium", "sodium", "pressure"]),
        ("-_id", ["sodium", "pressure", "potassium", "bens"]),
    ],
)
def test_results_come_in_the_order_that_was_asked(
    nora: Client, sort: str, order: list[str]
) -> None:
    assert nora.found(f"/Observation?_sort={sort}") == order


def test_what_has_no_value_comes_last_in_either_order(clinic: Clinic, nora: Client) -> None:
    clinic.store.load([{"resourceType": "Observation", "id": "undated", "status": "final"}])

    assert nora.found("/Observation?_sort=date")[-1] == "undated"
    assert nora.found("/Observation?_sort=-date")[-1] == "undated"


def test_the_self_link_says_only_what_was_applied(nora: Client) -> None:
    bundle = nora.json("/Observation?patient=ana&colour=red&_sort=date,shoe&code=&_count=2")

    assert bundle["link"][0] == {
        "relation": "self",
        "url": f"{BASE}/Observation?patient=ana&_count=2",
    }
    assert bundle["total"] == 3


def test_a_strict_client_is_told_what_cannot_be_searched(nora: Client) -> None:
    response = nora.get("/Observation?colour=red", Prefer="handling=strict")

    assert response.status_code == 400
    assert "colour" in said(response)


@pytest.mark.parametrize(
    "asked",
    ["date=soon", "code:below=x", "_count=many", "_total=maybe", "status:missing=perhaps"],
)
def test_what_cannot_be_understood_is_refused_and_not_guessed(nora: Client, asked: str) -> None:
    assert nora.get(f"/Observation?{asked}").status_code == 400


def test_pages_follow_each_other_without_gaps_or_repeats(clinic: Clinic, nora: Client) -> None:
    clinic.store.load([message(id=f"m{n}", value=str(n)) for n in range(7)])

    url, pages = "/Communication?_count=3&_sort=_id", []
    while url:
        bundle = nora.json(url)
        assert bundle["total"] == 7
        pages.append([entry["resource"]["id"] for entry in bundle["entry"]])
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        url = links.get("next", "")

    assert pages == [["m0", "m1", "m2"], ["m3", "m4", "m5"], ["m6"]]


def test_a_page_link_says_nothing_and_is_each_time_another(clinic: Clinic, nora: Client) -> None:
    clinic.store.load([message(id=f"m{n}", value=str(n)) for n in range(7)])
    links = [nora.json("/Communication?_count=3&patient=ana")["link"][1]["url"] for _ in range(3)]

    assert all(
        "patient=" not in link and link.startswith(f"{BASE}/Communication?_page=") for link in links
    )
    assert all(one != other for one, other in pairwise(links))


def test_a_page_link_works_for_its_own_token_only(clinic: Clinic, nora: Client) -> None:
    clinic.store.load([message(id=f"m{n}", value=str(n)) for n in range(7)])
    link = nora.json("/Communication?_count=3")["link"][1]["url"]
    other_nurse = clinic.grant("user/*.cruds", patient=None, staff=True)

    assert other_nurse.get(link).status_code == 404
    assert nora.get(f"{link}x").status_code == 404
    assert nora.get(link.replace("Communication", "Task")).status_code == 404
    assert nora.get(link).status_code == 200


def test_what_left_the_reach_of_a_token_is_not_on_its_next_page(
    clinic: Clinic, ana: Client
) -> None:
    clinic.store.load([message(id=f"m{n}", value=str(n)) for n in range(4)])
    link = ana.json("/Communication?_count=2&_sort=_id")["link"][1]["url"]
    clinic.store.update(message("ben", id="m3"))

    assert ana.found(link) == ["m2"]


def test_the_count_alone(nora: Client) -> None:
    for asked in ("_summary=count", "_summary=count&_count=5", "_count=0"):
        bundle = nora.json(f"/Observation?{asked}")
        assert bundle["total"] == 4
        assert "entry" not in bundle
    assert "total" not in nora.json("/Observation?_total=none")


def test_included_resources_come_once_and_are_marked(nora: Client) -> None:
    bundle = nora.json(
        "/MedicationRequest?_include=MedicationRequest:medication"
        "&_include=MedicationRequest:requester&_revinclude=Provenance:target"
    )

    modes = {e["resource"]["id"]: e["search"]["mode"] for e in bundle["entry"]}
    assert modes == {
        "order": "match",
        "lisinopril": "include",
        "nora": "include",
        "signed": "include",
    }
    assert bundle["total"] == 1


def test_what_was_found_is_not_included_again(clinic: Clinic, nora: Client) -> None:
    root = message(id="root", about=[{"reference": "Communication/reply"}])
    reply = message(id="reply", partOf=[{"reference": "Communication/root"}])
    clinic.store.load([root, reply])

    both = nora.json("/Communication?_include=Communication:part-of")["entry"]
    assert [entry["search"]["mode"] for entry in both] == ["match", "match"]
    asked = "/Communication?_id=reply&_revinclude=Communication:part-of"
    assert nora.found(asked) == ["reply"]
    assert len(nora.json(asked)["entry"]) == 1, "the root is about the reply, not part of it"


def test_an_appointment_is_found_by_each_kind_of_participant(clinic: Clinic, nora: Client) -> None:
    actors = ("Patient/ana", "Practitioner/nora")
    visit = {
        "resourceType": "Appointment",
        "id": "visit",
        "participant": [{"actor": {"reference": actor}} for actor in actors],
    }
    clinic.store.load([visit])

    for asked in ("patient=ana", "practitioner=nora", "actor=nora", "location:missing=true"):
        assert nora.found(f"/Appointment?{asked}") == ["visit"], asked
    assert nora.found("/Appointment?practitioner:missing=true") == []
    assert nora.found("/Appointment?patient=nora") == []


def test_an_include_can_name_the_type_it_wants(nora: Client) -> None:
    asked = "/MedicationRequest?_include=MedicationRequest:requester:Organization"
    assert len(nora.json(asked)["entry"]) == 1


def test_an_include_that_is_not_known_is_left_out(nora: Client) -> None:
    bundle = nora.json("/MedicationRequest?_include=MedicationRequest:colour&_include=Task:focus")
    assert bundle["link"][0]["url"] == f"{BASE}/MedicationRequest"


def test_a_search_can_be_posted(nora: Client) -> None:
    response = nora.post(
        "/Observation/_search?patient=ana",
        b"category=laboratory&_sort=date",
        Content_Type="application/x-www-form-urlencoded",
    )

    ids = [entry["resource"]["id"] for entry in json_of(response)["entry"]]
    assert ids == ["sodium", "potassium"]


def test_a_binary_cannot_be_searched(nora: Client) -> None:
    assert nora.get("/Binary").status_code == 405


def test_indexes_narrow_and_never_decide(clinic: Clinic) -> None:
    """A resource that mentions the patient elsewhere is a candidate, not a match."""
    clinic.store.load([message("ben", id="about", about=[{"reference": "Patient/ana"}])])

    assert find(clinic.store, "Communication", {"patient": "ana"}) == []
    assert len(find(clinic.store, "Communication", {"patient": "ben", "_sort": "-sent"})) == 1
    assert find(clinic.store, "Communication", {"patient": "ben", "sender": "Patient/ana"}) == []


def test_the_ehrs_own_pages_learn_of_a_parameter_that_is_not_there(clinic: Clinic) -> None:
    with pytest.raises(SearchProblem):
        find(clinic.store, "Task", {"colour": "red"})


def test_every_parameter_reads_an_element_that_its_type_has() -> None:
    from fhir.resources.R4B import get_fhir_model_class

    def child(model: type, name: str) -> tuple[bool, type | None]:
        fields = {f.alias or n: f for n, f in model.model_fields.items()}  # type: ignore[attr-defined]  # a pydantic model
        if name not in fields:
            return False, None
        kind = re.search(r"abc\.(\w+)Type", str(fields[name].annotation))
        try:
            return True, get_fhir_model_class(kind[1]) if kind else None
        except ValueError:
            return True, None

    for type_, parameters in PARAMETERS.items():
        for name, parameter in parameters.items():
            for path in parameter.paths:
                model: type | None = get_fhir_model_class(type_)
                for part in path:
                    if model is None:
                        break
                    known, model = child(model, part)
                    assert known, f"{type_}.{name} reads {'.'.join(path)}"


def test_what_was_not_applied_is_known(clinic: Clinic) -> None:
    query = parse("Observation", [("code", f"{LOINC}|2823-3"), ("colour", "red")])

    assert query.applied == (("code", f"{LOINC}|2823-3"),)
    assert query.ignored == ("colour",)

from __future__ import annotations

import json
import threading
from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox.fhir.clinic import BASE, MESSAGE, Client, Clinic, json_of, message, said, task


def test_a_read_says_which_version_it_is(nora: Client) -> None:
    response = nora.get("/Patient/ana")

    assert response.headers["ETag"] == 'W/"1"'
    assert parsedate_to_datetime(response.headers["Last-Modified"]).year > 2000
    assert response.headers["Content-Type"] == "application/fhir+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert json_of(response)["name"][0]["family"] == "Muñoz"


def test_what_is_not_there_is_a_404_with_an_outcome(nora: Client) -> None:
    for path in ("/Patient/nobody", "/Colour/red", "/Colour", "/Patient/ana/_history/9", "/a/b/c"):
        response = nora.get(path)
        assert response.status_code == 404
        said(response)


def test_what_the_server_does_not_do_is_a_405(nora: Client) -> None:
    for method in ("DELETE", "PATCH"):
        response = nora(method, "/Patient/ana")
        assert response.status_code == 405
        said(response)


def test_every_version_has_its_address(clinic: Clinic, nora: Client) -> None:
    first = clinic.store.create(task())
    second = clinic.store.update({**first, "status": "accepted"})
    path = f"/Task/{first['id']}/_history"

    assert nora.json(f"{path}/1") == first
    assert nora.json(f"{path}/2") == second
    history = nora.json(path)
    assert history["type"] == "history"
    assert [e["resource"]["status"] for e in history["entry"]] == ["accepted", "requested"]
    assert [e["request"]["method"] for e in history["entry"]] == ["PUT", "POST"]


# --- create ---------------------------------------------------------------------------------


def test_a_create_says_where_it_is_and_what_it_became(nora: Client) -> None:
    response = nora.post("/Task", task())

    made = json_of(response)
    assert response.status_code == 201
    assert response.headers["Location"] == f"{BASE}/Task/{made['id']}/_history/1"
    assert response.headers["ETag"] == 'W/"1"'
    assert nora.json(f"/Task/{made['id']}") == made


def test_the_client_chooses_what_comes_back(nora: Client) -> None:
    nothing = nora.post("/Task", task(), Prefer="return=minimal")
    assert (nothing.status_code, nothing.data) == (201, b"")
    assert nothing.headers["Location"].startswith(f"{BASE}/Task/")

    words = nora.post("/Task", task(), Prefer="respond-async; return=OperationOutcome")
    assert said(words) == "All OK"

    whole = nora.post("/Task", task(), Prefer="return=representation")
    assert json_of(whole)["resourceType"] == "Task"


def test_a_conditional_create_makes_one_and_then_finds_it(nora: Client) -> None:
    condition = f"identifier={MESSAGE}|one"
    first = nora.post("/Communication", message(value="one"), If_None_Exist=condition)
    again = nora.post("/Communication", message(value="one"), If_None_Exist=condition)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == 'W/"1"'
    assert json_of(again) == json_of(first)
    assert len(nora.found(f"/Communication?{condition}")) == 1


def test_a_conditional_create_that_finds_several_is_refused(clinic: Clinic, nora: Client) -> None:
    clinic.store.load([message(id="a", value="one"), message(id="b", value="one")])

    response = nora.post(
        "/Communication", message(value="one"), If_None_Exist=f"identifier={MESSAGE}|one"
    )

    assert response.status_code == 412
    assert len(nora.found("/Communication")) == 2


@pytest.mark.parametrize("condition", ["", "colour=red", "_count=1", "identifier="])
def test_a_condition_that_says_nothing_is_refused(nora: Client, condition: str) -> None:
    response = nora.post("/Communication", message(value="x"), If_None_Exist=condition)
    assert response.status_code == 400


def test_a_conditional_create_needs_leave_to_search(clinic: Clinic) -> None:
    client = clinic.grant("patient/Communication.c")
    condition = f"identifier={MESSAGE}|one"

    refused = client.post("/Communication", message(value="one"), If_None_Exist=condition)
    assert refused.status_code == 403
    assert client.post("/Communication", message(value="one")).status_code == 201


def test_of_many_equal_conditional_creates_at_once_one_creates(clinic: Clinic) -> None:
    statuses: list[int] = []

    def send() -> None:
        response = clinic.client("nora").post(
            "/Communication", message(value="one"), If_None_Exist=f"identifier={MESSAGE}|one"
        )
        statuses.append(response.status_code)

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] * 11 + [201]
    assert len(clinic.store.of_type("Communication")) == 1


# --- update ---------------------------------------------------------------------------------


def test_an_update_makes_the_next_version(clinic: Clinic, nora: Client) -> None:
    first = clinic.store.create(task())

    response = nora.put(f"/Task/{first['id']}", {**first, "status": "accepted"}, If_Match='W/"1"')

    assert response.status_code == 200
    assert response.headers["ETag"] == 'W/"2"'
    assert json_of(response)["status"] == "accepted"


def test_a_lost_race_is_a_412_and_changes_nothing(clinic: Clinic, nora: Client) -> None:
    first = clinic.store.create(task())
    second = clinic.store.update(first)

    response = nora.put(f"/Task/{first['id']}", first, If_Match='W/"1"')

    assert response.status_code == 412
    said(response)
    assert clinic.store.read("Task", first["id"]) == second


@pytest.mark.parametrize("etag", ["1", "W/1", "*", 'W/"1", W/"2"', ""])
def test_a_version_that_cannot_be_read_is_refused(clinic: Clinic, nora: Client, etag: str) -> None:
    first = clinic.store.create(task())
    assert nora.put(f"/Task/{first['id']}", first, If_Match=etag).status_code == 400


def test_an_update_names_the_same_resource_twice(clinic: Clinic, nora: Client) -> None:
    first = clinic.store.create(task())

    assert nora.put(f"/Task/{first['id']}", {**first, "id": "other"}).status_code == 400
    assert nora.put(f"/Task/{first['id']}", task()).status_code == 400


def test_an_update_does_not_create(nora: Client) -> None:
    assert nora.put("/Task/mine", task(id="mine")).status_code == 404


# --- what may be written ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ({"resourceType": "Communication", "status": "completed"}, "Task.resourceType"),
        ([], "Task.resourceType"),
        ({"resourceType": "Task", "intent": "order"}, "Task.status"),
        (task(status="done"), "Task.status"),
        (task(priority="soon"), "Task.priority"),
        (task(note=[]), "Task.note"),
        (task(description=""), "Task.description"),
        (task(code={}), "Task.code"),
        (task(description=None), "Task.description"),
        (task(note=[{"text": "a"}, {"text": ""}]), "Task.note[1].text"),
        (task(colour="red"), "Task.colour"),
        (task(authoredOn="yesterday"), "Task.authoredOn"),
        (task(input=[{"valueString": "x"}]), "Task.input[0].type"),
    ],
)
def test_what_is_no_task_is_refused_with_the_place(
    nora: Client, resource: object, place: str
) -> None:
    response = nora.post("/Task", resource)

    assert response.status_code == 400
    assert [issue["expression"] for issue in json_of(response)["issue"]] == [[place]]


def test_a_form_without_a_link_id_is_refused(nora: Client) -> None:
    form = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "subject": {"reference": "Patient/ana"},
        "item": [{"text": "How many are left?"}],
    }

    response = nora.post("/QuestionnaireResponse", form)

    assert response.status_code == 400
    assert json_of(response)["issue"][0]["expression"] == ["QuestionnaireResponse.item[0].linkId"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a":' * 3000 + b"1" + b"}" * 3000]
)
def test_what_is_no_json_is_refused(nora: Client, body: bytes) -> None:
    response = nora.post("/Task", body)

    assert response.status_code == 400
    said(response)


def test_deep_nesting_is_refused_and_breaks_nothing(nora: Client) -> None:
    for depth in (150, 250, 400, 700):
        body = b'{"resourceType":"Task","x":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
        assert nora.post("/Task", body).status_code == 400


def test_only_fhir_json_is_spoken(nora: Client) -> None:
    sent = nora.post("/Task", b"<Task/>", Content_Type="application/fhir+xml")
    assert sent.status_code == 415
    assert nora.get("/Patient/ana", Accept="application/fhir+xml").status_code == 406
    assert nora.get("/Patient/ana?_format=xml").status_code == 406
    for accept in (
        "application/json",
        "application/fhir+json; charset=utf-8",
        "application/fhir+json;fhirVersion=4.0",
        "text/html, */*;q=0.1",
    ):
        assert nora.get("/Patient/ana", Accept=accept).status_code == 200
    assert nora.get("/Patient/ana?_format=json").status_code == 200
    charset = nora.post("/Task", task(), Content_Type="application/fhir+json; charset=utf-8")
    assert charset.status_code == 201


@pytest.mark.parametrize(
    "reference", ["Communication/nobody", "Colour/red", "urn:uuid:1", "#inside", "nobody"]
)
def test_a_reference_to_nothing_is_refused(nora: Client, reference: str) -> None:
    response = nora.post("/Task", task(focus={"reference": reference}))

    assert response.status_code == 422
    assert reference in said(response)


def test_references_that_lead_somewhere_are_kept(nora: Client) -> None:
    inside = {"resourceType": "Organization", "id": "inside", "name": "x"}
    made = nora.post(
        "/Task",
        task(
            contained=[inside],
            owner={"reference": "#inside"},
            focus={"reference": "http://elsewhere.example/Communication/1"},
            basedOn=[{"identifier": {"value": "said, not linked"}}],
        ),
    )

    assert made.status_code == 201


def test_this_servers_own_address_is_stored_as_a_relative_reference(nora: Client) -> None:
    made = nora.post("/Task", task(owner={"reference": f"{BASE}/Practitioner/nora"}))

    assert json_of(made)["owner"]["reference"] == "Practitioner/nora"
    assert nora.found("/Task?owner=Practitioner/nora")


def test_an_extensions_address_is_not_taken_for_a_reference(nora: Client) -> None:
    extension = [{"url": f"{BASE}/StructureDefinition/queue", "valueString": "refill"}]
    made = nora.post("/Task", task(extension=extension))

    assert json_of(made)["extension"] == extension


# --- Binary -----------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["text/plain", "*/*", None, "text/html, */*;q=0.5"])
def test_a_binary_comes_as_what_it_is(nora: Client, accept: str | None) -> None:
    response = nora.get("/Binary/letter", **({"Accept": accept} if accept else {}))

    assert response.data == b"Dear Ana"
    assert response.headers["Content-Type"] == "text/plain"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_binary_comes_as_a_resource_if_asked(nora: Client) -> None:
    for accept in ("application/fhir+json", "application/json"):
        assert json_of(nora.get("/Binary/letter", Accept=accept))["data"] == "RGVhciBBbmE="


def test_a_binary_is_not_turned_into_something_else(nora: Client) -> None:
    assert nora.get("/Binary/letter", Accept="application/pdf").status_code == 406


# --- failures of our own ------------------------------------------------------------------------


def test_a_failure_of_the_sandbox_is_an_outcome_without_details(
    clinic: Clinic, nora: Client
) -> None:
    clinic.store.load([{"resourceType": "Binary", "id": "odd", "data": "not base64!"}])

    response = nora.get("/Binary/odd")

    assert response.status_code == 500
    assert "base64" not in json.dumps(json_of(response))

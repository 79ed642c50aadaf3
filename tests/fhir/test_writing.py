"""Writing: what leaves, on which conditions, and where it is afterwards."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from smartapp.errors import Conflict, EhrServerError, InvalidResource, OutsideFhirBase, Rejected
from smartapp.fhir.client import FhirClient, Written
from smartapp.fhir.haul import Found
from smartapp.fhir.serial import as_bytes
from tests.fhir import writing
from tests.fhir.conftest import Alarms, searchset

SYSTEM = "https://clinic.example/fhir/message"


def stored(identity: str = "5", **changes: Any) -> dict[str, Any]:
    return writing.message(**changes) | {"id": identity, "meta": {"versionId": "1"}}


def sent(ehr: HTTPServer) -> tuple[Request, dict[str, Any]]:
    request = ehr.log[-1][0]
    return request, json.loads(request.get_data())


# --- creating ------------------------------------------------------------------------------------


def test_a_message_is_posted_as_it_is(ehr: HTTPServer, maria: FhirClient) -> None:
    ehr.expect_request("/fhir/Communication", method="POST").respond_with_json(stored(), 201)

    written = maria.create(writing.message())

    assert (written.reference, written.etag) == ("Communication/5", 'W/"1"')
    request, body = sent(ehr)
    assert body == writing.message()
    assert request.headers["Content-Type"] == "application/fhir+json"
    assert request.headers["Prefer"] == "return=representation"
    assert "If-None-Exist" not in request.headers


def test_where_it_may_be_there_already_the_ehr_is_asked_to_look(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    ehr.expect_request("/fhir/Communication", method="POST").respond_with_json(stored())

    maria.create(writing.message(), once=(SYSTEM, "a|b&c"))

    condition = sent(ehr)[0].headers["If-None-Exist"]
    assert condition == "identifier=https%3A%2F%2Fclinic.example%2Ffhir%2Fmessage%7Ca%7Cb%26c"


@pytest.mark.parametrize(
    "location",
    [
        "Communication/5",
        "/fhir/Communication/5/_history/1",
        "https://behind.the.proxy/r4/Communication/5/_history/1",
        "Communication/5/_history/1",
    ],
)
def test_an_ehr_that_says_only_where_it_is(
    ehr: HTTPServer, maria: FhirClient, location: str
) -> None:
    headers = {"Location": location, "ETag": 'W/"1"'}
    ehr.expect_request("/fhir/Communication").respond_with_data("", 201, headers)

    assert maria.create(writing.message()) == Written("Communication/5", 'W/"1"')


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("", {}, 201),
        ("", {}, 202),
        ("<html>thank you</html>", {}, 200),
        ("{", {}, 201),
        ("", {"Location": "Patient/maria"}, 201),
        ("", {"Location": "Communication/.."}, 201),
        ("", {"Location": "Communication/5?x=1"}, 201),
        (json.dumps({"resourceType": "OperationOutcome"}), {}, 201),
        (json.dumps(stored('5","status":"x')), {}, 201),
        (json.dumps(stored() | {"id": {"reference": "5"}}), {}, 201),
    ],
)
def test_an_ehr_that_does_not_say_where_it_is(
    ehr: HTTPServer, maria: FhirClient, body: str, headers: dict[str, str], status: int
) -> None:
    ehr.expect_request("/fhir/Communication").respond_with_data(body, status, headers)

    assert maria.create(writing.message()).reference is None


@pytest.mark.parametrize(
    ("status", "failure"), [(422, Rejected), (412, Conflict), (500, EhrServerError)]
)
def test_what_the_ehr_says_no_to_is_named(
    ehr: HTTPServer, maria: FhirClient, status: int, failure: type[Exception]
) -> None:
    ehr.expect_request("/fhir/Communication").respond_with_data("", status)

    with pytest.raises(failure):
        maria.create(writing.message())

    assert len(ehr.log) == 1


def test_nothing_leaves_that_is_about_somebody_else_or_about_nobody(
    ehr: HTTPServer, maria: FhirClient, nurse: FhirClient
) -> None:
    for client, patient in ((maria, "Patient/other"), (nurse, "Patient/None"), (nurse, "Patient/")):
        with pytest.raises(InvalidResource):
            client.create(writing.message(patient=patient))
        with pytest.raises(InvalidResource):
            client.update(writing.task(patient=patient) | {"id": "1"}, 'W/"1"')

    assert ehr.log == []


def test_nothing_is_posted_to_an_address_that_is_not_the_ehrs(
    canary: HTTPServer, maria: FhirClient
) -> None:
    with pytest.raises(OutsideFhirBase):
        maria.read(f"../{canary.url_for('/Patient/maria')}")
    with pytest.raises(OutsideFhirBase):
        maria.read("Patient/../../other/Patient/maria")


# --- changing ------------------------------------------------------------------------------------


def test_a_change_goes_over_the_version_that_was_read(ehr: HTTPServer, maria: FhirClient) -> None:
    task = writing.task() | {"id": "9", "meta": {"versionId": "4"}}
    changed = task | {"meta": {"versionId": "5"}}
    ehr.expect_request("/fhir/Task/9", method="PUT").respond_with_json(changed)

    written = maria.update(task, 'W/"4"')

    assert (written.reference, written.etag) == ("Task/9", 'W/"5"')
    assert sent(ehr)[0].headers["If-Match"] == 'W/"4"'


def test_an_ehr_may_answer_a_change_with_nothing(ehr: HTTPServer, maria: FhirClient) -> None:
    ehr.expect_request("/fhir/Task/9", method="PUT").respond_with_data("", 204)

    assert maria.update(writing.task() | {"id": "9"}, 'W/"4"').reference == "Task/9"


@pytest.mark.parametrize("etag", ["", "*", "4", 'W/"4', 'W/"4"\r\nX-Other: 1', 'W/"4", W/"5"'])
def test_no_change_goes_over_a_version_that_nobody_has_read(
    ehr: HTTPServer, maria: FhirClient, etag: str
) -> None:
    with pytest.raises(InvalidResource):
        maria.update(writing.task() | {"id": "9"}, etag)

    assert ehr.log == []


@pytest.mark.parametrize("identity", [None, "", "..", "9/_history/1", 'x"'])
def test_no_change_goes_to_a_resource_without_an_id(
    ehr: HTTPServer, maria: FhirClient, identity: object
) -> None:
    with pytest.raises(InvalidResource):
        maria.update(writing.task() | {"id": identity}, 'W/"4"')

    assert ehr.log == []


def test_decimals_keep_the_digits_they_came_with(ehr: HTTPServer, maria: FhirClient) -> None:
    digits = '{"dose": 1.50, "tiny": 0.000000001, "whole": 3.0, "large": 12345678901234567890.5}'
    task = json.dumps(writing.task() | {"id": "9"})[:-1] + f', "extra": {digits}}}'
    ehr.expect_request("/fhir/Task/9", method="GET").respond_with_data(task)
    ehr.expect_request("/fhir/Task/9", method="PUT").respond_with_data("", 200)

    maria.update(maria.read("Task/9"), 'W/"1"')

    kept = json.loads(ehr.log[-1][0].get_data(), parse_float=Decimal)["extra"]
    assert {name: str(value) for name, value in kept.items()} == {
        "dose": "1.50",
        "tiny": "1E-9",
        "whole": "3.0",
        "large": "12345678901234567890.5",
    }


def test_bytes_are_plain_json_in_utf_8() -> None:
    value = {"a": [1, True, None, 'ü\n"x"'], "b": {"c": Decimal("0.10")}}

    assert as_bytes(value) == '{"a":[1,true,null,"ü\\n\\"x\\""],"b":{"c":0.10}}'.encode()
    assert json.loads(as_bytes(value), parse_float=Decimal) == value


# --- looking for what was written ----------------------------------------------------------------


def by_identifier(ehr: HTTPServer, client: FhirClient, bundle: dict[str, Any]) -> Found:
    ehr.expect_request("/fhir/Communication", method="GET").respond_with_json(bundle)
    return client.by_identifier("Communication", SYSTEM, writing.SID)


def test_what_was_written_is_found_by_its_identifier(ehr: HTTPServer, maria: FhirClient) -> None:
    found = by_identifier(ehr, maria, searchset(stored()))

    assert [match["id"] for match in found.matches] == ["5"]
    assert found.complete
    request = ehr.log[0][0]
    assert request.args.to_dict() == {"patient": "maria", "identifier": f"{SYSTEM}|{writing.SID}"}
    assert request.headers["Cache-Control"] == "no-cache"


def test_an_ehr_that_does_not_understand_the_question_has_not_answered_it(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    found = by_identifier(ehr, maria, searchset(stored("6", identifier="another"), stored("7")))

    assert [match["id"] for match in found.matches] == ["7"]
    assert not found.complete


def test_an_ehr_that_answers_with_others_has_not_said_that_it_is_not_there(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    found = by_identifier(ehr, maria, searchset(stored("6", identifier="another")))

    assert found.matches == ()
    assert not found.complete


def test_what_was_stored_under_another_patient_is_withheld_and_not_absent(
    ehr: HTTPServer, maria: FhirClient, alarms: Alarms
) -> None:
    found = by_identifier(ehr, maria, searchset(stored(patient="Patient/other")))

    assert found.matches == ()
    assert found.withheld == 1
    assert alarms.kinds == ["Communication"]


def test_a_second_identifier_of_the_same_kind_hides_nothing(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    twice = stored()
    twice["identifier"].insert(0, {"system": SYSTEM, "value": "older"})

    assert len(by_identifier(ehr, maria, searchset(twice)).matches) == 1


def test_the_token_goes_into_the_header_and_nowhere_else(
    ehr: HTTPServer, maria: FhirClient
) -> None:
    def answer(request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer token"
        assert "token" not in request.url
        return Response(json.dumps(stored()), content_type="application/fhir+json")

    ehr.expect_request("/fhir/Communication").respond_with_handler(answer)

    assert maria.create(writing.message()).reference == "Communication/5"

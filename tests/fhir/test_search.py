"""Searching: page by page, whole or flagged, and never a request to where a link leads astray."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from smartapp.errors import EhrServerError, MalformedAnswer, SmartappError
from smartapp.fhir.client import FhirClient
from smartapp.fhir.haul import Found
from smartapp.transport import Bearer, Transport
from tests.fhir.conftest import Alarms, Resource, included, order, searchset

PAGES = "/fhir/MedicationRequest"


def answers(ehr: HTTPServer, *bundles: Resource | str | int) -> None:
    """One page after the other: a bundle, some other body, or a status."""
    for bundle in bundles:
        page = ehr.expect_ordered_request(PAGES)
        if isinstance(bundle, int):
            page.respond_with_data("", status=bundle)
        elif isinstance(bundle, str):
            page.respond_with_data(bundle)
        else:
            page.respond_with_json(bundle)


def ids(found: Found) -> list[str]:
    return [match["id"] for match in found.matches]


def orders(client: FhirClient, **limits: Any) -> Found:
    return client.search("MedicationRequest", [("patient", "maria")], **limits)


# --- pages ---------------------------------------------------------------------------------------


def test_a_next_page_is_asked_for_with_the_ehrs_own_address(
    ehr: HTTPServer, maria: FhirClient, base: str
) -> None:
    following = f"{base}/MedicationRequest?_token=a%7Cb;c&x="
    answers(ehr, searchset(order("1"), following=following), searchset(order("2")))

    found = orders(maria)

    assert (ids(found), found.complete) == (["1", "2"], True)
    assert ehr.log[1][0].query_string.decode() == "_token=a%7Cb;c&x="


def test_what_two_pages_repeat_is_there_once(ehr: HTTPServer, maria: FhirClient, base: str) -> None:
    answers(
        ehr,
        searchset(order("1"), order("2"), following=f"{base}/MedicationRequest?page=2"),
        searchset(order("2", status="stopped"), order("3")),
    )

    found = orders(maria)

    assert ids(found) == ["1", "2", "3"]
    assert found.complete


@pytest.mark.smart(91, 94)
def test_a_next_page_on_another_host_is_not_asked_for(
    ehr: HTTPServer, canary: HTTPServer, maria: FhirClient
) -> None:
    answers(ehr, searchset(order("1"), following=canary.url_for("/fhir/MedicationRequest?page=2")))

    found = orders(maria)

    assert ids(found) == ["1"]
    assert not found.complete


@pytest.mark.smart(91, 94)
@pytest.mark.parametrize(
    "astray",
    [
        "{host}/other/MedicationRequest?page=2",
        "{host}/fhir/../other?page=2",
        "{host}/fhir-else/MedicationRequest",
        "{base}@elsewhere.example/x",
        "/fhir/MedicationRequest?page=2",
        "MedicationRequest?page=2",
        "ftp://{base}",
        "javascript:alert(1)",
        "",
        5,
        None,
    ],
)
def test_a_next_page_that_leads_astray_leaves_a_flagged_part(
    ehr: HTTPServer, maria: FhirClient, base: str, astray: Any
) -> None:
    url = astray.format(host=ehr.url_for(""), base=base) if isinstance(astray, str) else astray
    bundle = searchset(order("1")) | {"link": [{"relation": "next", "url": url}]}
    answers(ehr, bundle)

    found = orders(maria)

    assert (ids(found), found.complete) == (["1"], False)
    assert len(ehr.log) == 1


def test_a_page_that_leads_to_itself_is_asked_for_once(
    ehr: HTTPServer, maria: FhirClient, base: str
) -> None:
    ehr.expect_request(PAGES).respond_with_json(
        searchset(order("1"), following=f"{base}/MedicationRequest?patient=maria")
    )

    found = orders(maria)

    assert (ids(found), found.complete, len(ehr.log)) == (["1"], False, 1)


def endless(base: str) -> Callable[[Request], Response]:
    def page(request: Request) -> Response:
        number = int(request.args.get("page", "1"))
        following = f"{base}/MedicationRequest?page={number + 1}"
        body = searchset(order(str(number)), order(f"{number}b"), following=following)
        return Response(json.dumps(body), content_type="application/fhir+json")

    return page


@pytest.mark.parametrize(
    ("limits", "asked", "shown"), [({"pages": 4}, 4, 8), ({"most": 5}, 3, 6), ({}, 10, 20)]
)
def test_pages_without_end_come_to_an_end(
    ehr: HTTPServer, maria: FhirClient, base: str, limits: dict[str, int], asked: int, shown: int
) -> None:
    ehr.expect_request(PAGES).respond_with_handler(endless(base))

    found = orders(maria, **limits)

    assert (len(ehr.log), len(ids(found)), found.complete) == (asked, shown, False)


def test_slow_pages_come_to_an_end(ehr: HTTPServer, maria: FhirClient, base: str) -> None:
    page = endless(base)

    def slow(request: Request) -> Response:
        time.sleep(0.12)
        return page(request)

    ehr.expect_request(PAGES).respond_with_handler(slow)

    found = orders(maria, within=0.3)

    assert len(ehr.log) < 5  # of the ten that it would read in its own time
    assert not found.complete
    assert ids(found)


# --- pages that fail -----------------------------------------------------------------------------

LOGIN_PAGE = "<!doctype html><title>Please log in</title>"


@pytest.mark.parametrize(
    "broken",
    [
        500,
        403,
        302,
        LOGIN_PAGE,
        "",
        '{"resourceType": "Bundle", "entry": [',
        order("7"),
        {"resourceType": "Bundle", "entry": {"resource": order("7")}},
        {"resourceType": "Bundle", "link": "next"},
    ],
)
def test_a_later_page_that_fails_leaves_a_flagged_part(
    ehr: HTTPServer, maria: FhirClient, base: str, broken: Any
) -> None:
    answers(ehr, searchset(order("1"), following=f"{base}/MedicationRequest?page=2"), broken)

    found = orders(maria)

    assert (ids(found), found.complete) == (["1"], False)


@pytest.mark.parametrize(
    "broken",
    [LOGIN_PAGE, "", "[]", "null", order("7"), {"resourceType": "OperationOutcome", "issue": []}],
)
def test_a_first_page_that_is_no_searchset_is_a_failure_and_not_an_empty_list(
    ehr: HTTPServer, maria: FhirClient, broken: Any
) -> None:
    answers(ehr, broken)

    with pytest.raises(MalformedAnswer):
        orders(maria)


def test_a_first_page_with_an_error_is_named(ehr: HTTPServer, maria: FhirClient) -> None:
    answers(ehr, 500)

    with pytest.raises(EhrServerError):
        orders(maria)


def test_half_a_character_is_no_text(ehr: HTTPServer, maria: FhirClient) -> None:
    spelled = json.dumps(searchset(order("1"))).replace("lisinopril", "lisino\\ud83dpril")
    answers(ehr, spelled)

    with pytest.raises(MalformedAnswer):
        orders(maria)


def test_a_character_in_two_halves_is_one(ehr: HTTPServer, maria: FhirClient) -> None:
    spelled = json.dumps(searchset(order("1"))).replace("lisinopril", "\\ud83d\\udc8a")
    answers(ehr, spelled)

    assert orders(maria).matches[0]["medicationCodeableConcept"]["text"] == "💊 10 mg"


# --- what stands between the matches -------------------------------------------------------------


def outcome(severity: str) -> Resource:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "x"}]}


@pytest.mark.parametrize(
    ("severity", "complete"), [("warning", False), ("error", False), ("information", True)]
)
def test_a_warning_of_the_ehr_is_no_match_but_is_heard(
    ehr: HTTPServer, maria: FhirClient, severity: str, complete: bool
) -> None:
    entry = {"resource": outcome(severity), "search": {"mode": "outcome"}}
    bundle = searchset(order("1"))
    bundle["entry"].append(entry)
    answers(ehr, bundle)

    found = orders(maria)

    assert (ids(found), found.complete) == (["1"], complete)


@pytest.mark.parametrize(
    "entry",
    [
        {},
        None,
        "entry",
        {"resource": None},
        {"resource": {"id": "1"}},
        {"resource": {"resourceType": "MedicationRequest"}},
        {"resource": order("1") | {"id": "../Patient/other"}},
        {"resource": order("1") | {"id": 5}},
        {"resource": {"resourceType": "OperationOutcome", "issue": 5}},
        {"resource": {"resourceType": "OperationOutcome", "issue": ["error"]}},
    ],
)
def test_an_odd_entry_takes_no_other_with_it_but_is_noticed(
    ehr: HTTPServer, maria: FhirClient, entry: object
) -> None:
    bundle = searchset(order("1"), order("2"))
    bundle["entry"].insert(1, entry)
    answers(ehr, bundle)

    found = orders(maria)

    assert (ids(found), found.complete) == (["1", "2"], False)


def test_what_was_included_is_beside_the_matches(ehr: HTTPServer, maria: FhirClient) -> None:
    bundle = searchset(order("1"))
    bundle["entry"].append(included({"resourceType": "Medication", "id": "m"}))
    bundle["entry"].append({"resource": {"resourceType": "Practitioner", "id": "p"}})
    answers(ehr, bundle)

    found = orders(maria)

    assert ids(found) == ["1"]
    assert set(found.included) == {"Medication/m", "Practitioner/p"}
    assert found.complete


@pytest.mark.parametrize("search", [None, {}, {"mode": "match"}, {"mode": 5}, {"mode": "outcome"}])
def test_a_match_is_one_whatever_its_mode_is_called(
    ehr: HTTPServer, maria: FhirClient, search: object
) -> None:
    answers(ehr, searchset() | {"entry": [{"resource": order("1"), "search": search}]})

    assert ids(orders(maria)) == ["1"]


@pytest.mark.parametrize(
    ("total", "complete"),
    [(2, True), (1, True), (None, True), (3, False), ("many", True)],
)
def test_an_ehr_that_counts_more_than_it_sends_keeps_some_back(
    ehr: HTTPServer, maria: FhirClient, total: object, complete: bool
) -> None:
    answers(ehr, searchset(order("1"), order("2"), total=total))

    assert orders(maria).complete is complete


def test_an_empty_bundle_is_an_empty_list(ehr: HTTPServer, maria: FhirClient) -> None:
    answers(ehr, {"resourceType": "Bundle", "type": "searchset", "total": 0})

    assert orders(maria) == Found((), total=0)


def test_pointers_into_the_same_ehr_lose_its_address(
    ehr: HTTPServer, maria: FhirClient, base: str
) -> None:
    answers(
        ehr,
        searchset(
            order("1", subject={"reference": f"{base}/Patient/maria"}),
            order("2", requester={"reference": f"{base}/Practitioner/kim"}),
            order("3", requester={"reference": f"{base}-else/Practitioner/kim"}),
        ),
    )

    mine, by_kim, elsewhere = orders(maria).matches

    assert mine["subject"] == {"reference": "Patient/maria"}
    assert by_kim["requester"] == {"reference": "Practitioner/kim"}
    assert elsewhere["requester"]["reference"].startswith("http")


# --- any bundle at all ---------------------------------------------------------------------------

plain_order = st.sampled_from(["1", "2", "3"]).map(order)
foreign_order = st.sampled_from(["4", "5"]).map(lambda identity: order(identity, of="other"))
odd = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["resource", "resourceType", "id", "search", "mode", "issue"]),
            inner | st.sampled_from(["MedicationRequest", "OperationOutcome", "match", "1"]),
            max_size=4,
        )
    ),
    max_leaves=6,
)
entries = st.lists(
    st.builds(lambda resource: {"resource": resource}, plain_order | foreign_order | odd) | odd,
    max_size=6,
)


@settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(entries=entries, more=st.dictionaries(st.sampled_from(["link", "total"]), odd, max_size=2))
def test_whatever_a_bundle_holds_nothing_is_dropped_unnoticed_and_nothing_foreign_is_shown(
    ehr: HTTPServer,
    transport: Transport,
    base: str,
    entries: list[Any],
    more: dict[str, Any],
) -> None:
    ehr.clear()
    alarms = Alarms()
    maria = FhirClient(
        transport, Bearer("t", base), patient_id="maria", on_withheld=alarms.kinds.append
    )
    answers(ehr, {"resourceType": "Bundle", "entry": entries, **more})

    with suppress(SmartappError):
        found = orders(maria)
        assert all(match["subject"] == {"reference": "Patient/maria"} for match in found.matches)
        assert found.withheld == len(alarms.kinds)
        distinct = {json.dumps(entry, sort_keys=True) for entry in entries}
        shown = len(found.matches) + len(found.included) + found.withheld
        if shown < len(distinct):
            assert not found.complete or _repeats_or_informs(entries)


def _repeats_or_informs(entries: list[Any]) -> bool:
    """The same resource in another wrapping, or a note of the EHR, may be left out of the lists."""
    resources = [entry.get("resource") for entry in entries if isinstance(entry, dict)]
    keys = [
        (each.get("resourceType"), each.get("id")) for each in resources if isinstance(each, dict)
    ]
    return len(set(keys)) < len(keys) or any(kind == "OperationOutcome" for kind, _ in keys)

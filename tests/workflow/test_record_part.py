"""One part of a record: asked for in a way that every EHR understands, and never falsely empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug import Request, Response

from smartapp.auth.scopes import Scopes
from smartapp.errors import EhrServerError, NotOffered
from smartapp.fhir.client import FhirClient
from smartapp.fhir.element import Json
from smartapp.transport import Transport
from smartapp.workflow.gate import Gate, Why
from smartapp.workflow.loading import Loader
from smartapp.workflow.record import Part, older, read_part
from smartapp.workflow.record.part import reading
from tests.workflow.fake_ehr import FakeEhr, Resource, fails_with, fhir
from tests.workflow.threads import VOCABULARY

VISITS = Part("visits", "Encounter", reading(lambda json: json["id"]))
Read = Callable[..., Loader]


@pytest.fixture
def loader(
    ehr: FakeEhr, client_for: Callable[..., FhirClient], transport: Transport
) -> Callable[..., Loader]:
    def made(scopes: str = "patient/*.rs") -> Loader:
        gate = Gate(ehr.capability, Scopes.parse(scopes), "patient")
        return Loader(client_for(), gate, VOCABULARY, transport.together)

    return made


def visit(identity: str, **more: Any) -> Resource:
    return {
        "resourceType": "Encounter",
        "id": identity,
        "status": "finished",
        "subject": {"reference": "Patient/maria"},
        **more,
    }


def bundle(*resources: Json, following: str = "", asked: str = "") -> Resource:
    links = [{"relation": "self", "url": asked}] if asked else []
    links += [{"relation": "next", "url": following}] if following else []
    entries = [{"resource": each, "search": {"mode": "match"}} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}


def asked_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.url).query))


# --- whether it is there at all ------------------------------------------------------------------


def test_what_the_ehr_does_not_declare_is_not_offered(loader: Read) -> None:
    section = read_part(loader(), replace(VISITS, kind="Condition"))

    assert isinstance(section.failure, NotOffered)
    assert section.failure.reason == Why.NOT_DECLARED
    assert not section.is_known_empty


def test_what_was_not_granted_is_not_offered_and_not_asked_for(ehr: FakeEhr, loader: Read) -> None:
    section = read_part(loader("patient/Patient.rs"), VISITS)

    assert isinstance(section.failure, NotOffered)
    assert section.failure.reason == Why.NOT_GRANTED
    assert ehr.heard == []


def test_c2_a_search_that_is_refused_is_a_failure_and_not_an_empty_record(
    ehr: FakeEhr, loader: Read
) -> None:
    ehr.always = fails_with(403)

    section = read_part(loader(), VISITS)

    assert section.failed
    assert not section.is_known_empty


# --- how it is asked for -------------------------------------------------------------------------


def test_c6_the_patient_is_named_in_every_search(ehr: FakeEhr, loader: Read) -> None:
    heard: list[dict[str, str]] = []

    def note(_: FakeEhr, request: Request) -> Response:
        heard.append(asked_of(request))
        return fhir(bundle())

    ehr.always = note
    read_part(loader(), VISITS)

    assert heard == [{"patient": "maria"}]


def test_c9_a_search_that_is_refused_without_statuses_is_asked_once_more_with_them(
    ehr: FakeEhr, loader: Read
) -> None:
    ehr.holds(visit("1"))
    statuses: list[str] = []

    def wants_a_status(ehr: FakeEhr, request: Request) -> Response:
        statuses.append(request.args.get("status", ""))
        return ehr.carry_out(request) if statuses[-1] else Response(status=400)

    ehr.always = wants_a_status
    part = replace(VISITS, statuses=("status", "planned,finished"))

    assert read_part(loader(), part).items == ("1",)
    assert statuses == ["", "planned,finished"]


def test_c9_a_search_that_is_refused_with_statuses_as_well_has_failed(
    ehr: FakeEhr, loader: Read
) -> None:
    ehr.always = fails_with(400)
    section = read_part(loader(), replace(VISITS, statuses=("status", "finished")))

    assert section.failed
    assert ehr.asked("GET", "Encounter") == 2


def test_c7_what_an_ehr_did_not_filter_is_filtered_here(ehr: FakeEhr, loader: Read) -> None:
    ehr.ignores = frozenset({"status"})
    ehr.holds(visit("1"), visit("2"))
    part = replace(VISITS, asks=(("status", "planned"),), keeps=lambda found: found != "2")

    assert read_part(loader(), part).items == ("1",)


# --- what is long --------------------------------------------------------------------------------


def newest_first(page: int = 1) -> Part[Any]:
    return replace(VISITS, a_page=page)


def test_only_the_newest_page_of_what_is_long_is_read(ehr: FakeEhr, loader: Read) -> None:
    following = f"{ehr.base}/Encounter?token=abc"
    ehr.always = lambda _, request: fhir(
        bundle(visit("new"), following=following, asked=request.url)
        if "token" not in request.url
        else bundle(visit("old"))
    )
    section = read_part(loader(), newest_first())

    assert section.items == ("new",)
    assert section.whole
    assert section.following == following
    assert ehr.asked("GET", "Encounter") == 1
    after = older(loader(), newest_first(), following)
    assert (after.items, after.following, after.whole) == (("old",), None, True)


def test_an_empty_page_that_goes_on_is_not_an_empty_record(ehr: FakeEhr, loader: Read) -> None:
    following = f"{ehr.base}/Encounter?token=abc"
    ehr.always = lambda _, request: fhir(bundle(following=following, asked=request.url))

    assert not read_part(loader(), newest_first()).is_known_empty


def test_c7_the_first_page_of_an_ehr_that_does_not_sort_is_not_taken_for_the_newest(
    ehr: FakeEhr, loader: Read
) -> None:
    def unsorted(ehr: FakeEhr, request: Request) -> Response:
        if "token" in request.url:
            return fhir(bundle(visit("newer")))
        own = f"{ehr.base}/Encounter?patient=maria"
        return fhir(bundle(visit("1"), following=f"{ehr.base}/Encounter?token=2", asked=own))

    ehr.always = unsorted
    section = read_part(loader(), newest_first())

    assert section.items == ("1", "newer")
    assert section.whole


def test_c8_a_later_page_that_is_gone_says_so(ehr: FakeEhr, loader: Read) -> None:
    ehr.always = fails_with(410)
    section = older(loader(), newest_first(), f"{ehr.base}/Encounter?token=gone")

    assert section.failed


def test_a_page_that_cannot_be_read_leaves_the_section_partial(ehr: FakeEhr, loader: Read) -> None:
    ehr.holds(visit("1"), visit("2") | {"id": "x y"})
    section = read_part(loader(), VISITS)

    assert section.items == ("1",)
    assert not section.whole


def test_a_failure_of_one_part_is_only_its_own(ehr: FakeEhr, loader: Read) -> None:
    ehr.always = fails_with(500)
    first = read_part(loader(), VISITS)
    ehr.always = None
    second = read_part(loader(), VISITS)

    assert isinstance(first.failure, EhrServerError)
    assert second.is_known_empty

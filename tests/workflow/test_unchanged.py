"""Whether anything is new is asked of the EHR in a few small searches, and only of one that can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from smartapp.auth.scopes import Scopes
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.transport import Bearer, Transport
from smartapp.workflow.gate import Gate
from smartapp.workflow.loading import Loader
from smartapp.workflow.unchanged import Mark, is_unchanged, mark_of
from tests.workflow.fake_ehr import fhir
from tests.workflow.threads import VOCABULARY

KINDS = ("Task", "Communication", "QuestionnaireResponse")


@dataclass
class Dated:
    """An EHR that dates what it holds; it sorts by that and searches by it, or only says so."""

    sorts: bool = True
    narrows: bool = True
    declares: bool = True
    held: dict[str, tuple[str, int]] = field(default_factory=dict)

    def changes(self, name: str, when: str) -> None:
        _, version = self.held.get(name, ("", 0))
        self.held[name] = (f"2026-11-27T{when}Z", version + 1)

    @property
    def capability(self) -> Capability:
        by = [{"name": "_lastUpdated"}] if self.declares else []
        codes = [{"code": "search-type"}]
        types = [{"type": each, "interaction": codes, "searchParam": by} for each in KINDS]
        return Capability.from_fhir(
            {"resourceType": "CapabilityStatement", "rest": [{"resource": types}]}
        )

    def answer(self, request: Request) -> Response:
        kind = request.path.rpartition("/")[2]
        found = [(name, *said) for name, said in self.held.items() if name.startswith(f"{kind}/")]
        since = request.args.get("_lastUpdated", "").removeprefix("ge")
        if since and self.narrows:
            start = datetime.fromisoformat(since)
            found = [each for each in found if datetime.fromisoformat(each[1]) >= start]
        if "_sort" in request.args and self.sorts:
            found.sort(key=lambda each: each[1], reverse=True)
        entries = [_entry(*each) for each in found[: int(request.args["_count"])]]
        return fhir({"resourceType": "Bundle", "total": len(found), "entry": entries})


def _entry(name: str, updated: str, version: int) -> dict[str, Any]:
    kind, _, identity = name.partition("/")
    meta = {"lastUpdated": updated, "versionId": str(version)}
    return {"resource": {"resourceType": kind, "id": identity, "meta": meta}}


@pytest.fixture
def dated(httpserver: HTTPServer) -> Dated:
    ehr = Dated()
    httpserver.expect_request("/fhir/Task").respond_with_handler(ehr.answer)
    httpserver.expect_request("/fhir/Communication").respond_with_handler(ehr.answer)
    httpserver.expect_request("/fhir/QuestionnaireResponse").respond_with_handler(ehr.answer)
    for hour in range(8, 12):
        ehr.changes(f"Task/{hour}", f"{hour:02}:00:00")
    return ehr


@pytest.fixture
def loader(dated: Dated, httpserver: HTTPServer, transport: Transport) -> Callable[[], Loader]:
    def made() -> Loader:
        client = FhirClient(transport, Bearer("token", httpserver.url_for("/fhir")))
        gate = Gate(dated.capability, Scopes.parse("user/*.rs"), "user")
        return Loader(client, gate, VOCABULARY, transport.together)

    return made


def marked(loader: Callable[[], Loader]) -> Mark:
    mark = mark_of(loader())
    assert mark is not None
    return mark


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("Task/8", "11:30:00"),
        ("Communication/new", "09:00:00"),  # of a type of which there was nothing
        ("Task/new", "11:00:00"),  # in the same second as the last
        ("Task/late", "10:59:30"),  # the EHR has found it only now
    ],
)
def test_what_is_new_is_noticed(
    dated: Dated, loader: Callable[[], Loader], name: str, when: str
) -> None:
    mark = marked(loader)
    assert is_unchanged(loader(), mark)

    dated.changes(name, when)

    assert not is_unchanged(loader(), mark)


@pytest.mark.parametrize("lacks", ["sorts", "narrows"])
def test_an_ehr_that_passes_over_what_it_is_asked_never_hides_what_is_new(
    dated: Dated, loader: Callable[[], Loader], lacks: str
) -> None:
    setattr(dated, lacks, False)
    mark = marked(loader)

    dated.changes("Task/8", "11:30:00")

    assert not is_unchanged(loader(), mark)


def test_where_changes_cannot_be_asked_for_or_are_too_many_there_is_no_mark(
    dated: Dated, loader: Callable[[], Loader]
) -> None:
    for number in range(51):
        dated.changes(f"Task/busy-{number}", "11:30:00")
    assert mark_of(loader()) is None

    dated.held.clear()
    assert mark_of(loader()) is not None
    dated.declares = False
    assert mark_of(loader()) is None

"""A summary that is taken back: what the record says afterwards decides, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smartapp.errors import InvalidResource
from smartapp.fhir.client import FhirClient
from smartapp.workflow.documenting import withdraw
from tests.workflow.at_the_desk import UNHEARD
from tests.workflow.fake_ehr import FakeEhr, Fault, fails_with
from tests.workflow.threads import message_json

SUMMARY = "Communication/1"


@pytest.fixture
def client(ehr: FakeEhr, client_for: Callable[..., FhirClient]) -> FhirClient:
    ehr.holds(message_json("1"))
    return client_for()


def status(ehr: FakeEhr) -> str:
    return str(ehr.resources[SUMMARY]["status"])


@pytest.mark.parametrize("fault", [None, *UNHEARD])
def test_it_is_marked_as_an_error_also_where_nobody_heard_of_it(
    ehr: FakeEhr, client: FhirClient, fault: Fault | None
) -> None:
    if fault:
        ehr.fails("PUT", fault)

    assert withdraw(client, SUMMARY)
    assert status(ehr) == "entered-in-error"


@pytest.mark.parametrize("code", [403, 405, 412, 500])
def test_what_an_ehr_does_not_change_is_not_said_to_be_withdrawn(
    ehr: FakeEhr, client: FhirClient, code: int
) -> None:
    ehr.fails("PUT", fails_with(code))

    assert not withdraw(client, SUMMARY)
    assert status(ehr) == "completed"


def test_what_was_said_is_never_changed_into_anything_else(client: FhirClient) -> None:
    """Nor is anything sent that is an error from the beginning."""
    there = dict(client.read(SUMMARY))
    with pytest.raises(InvalidResource):
        client.update({**there, "payload": [{"contentString": "other words"}]}, 'W/"1"')
    with pytest.raises(InvalidResource):
        client.create({**there, "status": "entered-in-error"})

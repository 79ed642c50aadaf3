"""What became of something sent, as far as an EHR can be asked, and when it may go once more."""

from __future__ import annotations

from collections.abc import Callable

from smartapp.errors import EhrError, EhrTooSlow, TokenNotAccepted
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.fhir.haul import Found
from smartapp.sessions.submission import Step, StepState

INDEX_DELAY_SECONDS = 2.0  # what was just stored may not be found for so long
STILL_AT_IT_SECONDS = 60.0  # what an EHR was too slow to answer, it may carry out for so long
ASK_AUTHOR_SECONDS = 600.0  # what no search can settle for so long, its author may send once more

Look = Callable[[str, str, str], Found]


def way_to_look(kind: str, client: FhirClient, capability: Capability) -> Look | None:
    """By the identifier, else through all that the patient has: that can find, and not miss."""
    if capability.searches_by(kind, "identifier"):
        return client.by_identifier
    can_list = client.patient_id is not None and capability.searches_by(kind, "patient")
    return client.among_all if can_list else None


def can_be_looked_for(each: Step, client: FhirClient, capability: Capability) -> bool:
    """An EHR that does not answer is not asked to store it once more."""
    look = way_to_look(each.resource_type, client, capability)
    if look is None:
        return True
    try:
        look(each.resource_type, each.identifier_system, each.identifier_value)
    except TokenNotAccepted:
        raise
    except EhrError:
        return False
    return True


def may_insist(each: Step, now: float) -> bool:
    """It was never seen in the EHR, and whatever was on its way then is no longer."""
    waited = now - (each.last_tried_at or 0.0)
    unseen = each.state is StepState.UNKNOWN and each.reference is None
    return unseen and waited >= ASK_AUTHOR_SECONDS


def patience(each: Step) -> float:
    is_slow = each.reason_code == EhrTooSlow.code
    return STILL_AT_IT_SECONDS if is_slow else INDEX_DELAY_SECONDS

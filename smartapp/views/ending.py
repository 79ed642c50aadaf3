"""The end of a session that somebody wants to end: here first, then at the EHR."""

from __future__ import annotations

from contextlib import suppress

from smartapp import audit
from smartapp.errors import NoSession
from smartapp.launch import give_back
from smartapp.services import Services
from smartapp.sessions import ActiveLaunch, EndReason
from smartapp.views import record

KEPT_FOR_OUTBOX = "kept-for-outbox"


def end_session(services: Services, active: ActiveLaunch, secret: str, reason: EndReason) -> bool:
    """Whether all that was sent has arrived. What has not goes on with its access token, so then
    the EHR is not asked to end it: it dies by itself, and the refresh token is thrown away here.
    """
    ehr = services.ehr_of(active)
    context = record.context_of(active, ehr.client_id)
    waits = any(not each.is_finished for each in services.outbox.of(active.person))
    with suppress(NoSession):  # another click was faster
        services.launches.end(active.lid, secret, reason)
    patient_id = active.launched.patient_id
    patient = f"Patient/{patient_id}" if patient_id else ""
    services.audit.record(audit.session_ended(context, reason, patient))
    outcome = KEPT_FOR_OUTBOX
    if not waits:
        outcome = give_back(
            active.launched,
            ehr,
            keys=services.keys,
            transport=services.transport,
            now=services.clock(),
        )
    services.audit.record(audit.tokens_given_back(context, outcome))
    return not waits
